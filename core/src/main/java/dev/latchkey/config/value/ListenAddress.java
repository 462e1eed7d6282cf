package dev.latchkey.config.value;

/** The address on which a server listens. {@code toString()} returns the written form, which {@link #parse} reads. */
public sealed interface ListenAddress {

    /**
     * A host and a TCP port.
     *
     * @param host a host name, an IPv4 address, or an IPv6 address without brackets; not resolved yet
     * @param port 0 to 65535; with 0 the operating system chooses a port
     */
    record Tcp(String host, int port) implements ListenAddress {
        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /**
     * A Unix domain socket.
     *
     * @param path an absolute path, or {@code @} and a name in the abstract namespace of Linux; at most 107 bytes
     */
    record Unix(String path) implements ListenAddress {
        @Override
        public String toString() {
            return AddressParser.UNIX + path;
        }
    }

    /**
     * Returns the bound address: a TCP address gets {@code port}, which the system may have chosen; a Unix socket stays
     * as it is.
     */
    default ListenAddress boundTo(int port) {
        return this instanceof Tcp tcp ? new Tcp(tcp.host(), port) : this;
    }

    /**
     * Parses the written form: {@code host:port}, {@code [v6]:port}, {@code unix:/path} or {@code unix:@name}.
     *
     * @throws IllegalArgumentException if {@code text} has another form; the message quotes the text
     */
    static ListenAddress parse(String text) {
        return AddressParser.parse(text);
    }
}
