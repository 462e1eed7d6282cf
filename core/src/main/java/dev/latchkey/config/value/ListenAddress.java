package dev.latchkey.config.value;

/** Where a server listens. {@code toString()} is the written form, which {@link #parse} reads. */
public sealed interface ListenAddress {

    /**
     * An address and a TCP port.
     *
     * @param host a name, an IPv4 address, or an IPv6 address without brackets; not resolved yet
     * @param port 0 to 65535; at 0 the system chooses
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
     * @param path absolute, or {@code @} and a name in Linux' abstract namespace; at most 107 bytes
     */
    record Unix(String path) implements ListenAddress {
        @Override
        public String toString() {
            return AddressParser.UNIX + path;
        }
    }

    /** Returns the address that was bound: with {@code port}, which the system may have chosen, if it has one. */
    default ListenAddress boundTo(int port) {
        return this instanceof Tcp tcp ? new Tcp(tcp.host(), port) : this;
    }

    /**
     * Reads the written form: {@code host:port}, {@code [v6]:port}, {@code unix:/path} or {@code unix:@name}.
     *
     * @throws IllegalArgumentException if it is not; the message holds the text and what was expected
     */
    static ListenAddress parse(String text) {
        return AddressParser.parse(text);
    }
}
