package dev.latchkey.lifecycle;

import dev.latchkey.config.value.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Pattern;

/** A helper that starts servers on the addresses from the settings. Its error messages name the setting. */
public final class Binding {
    /** The prefix that Netty adds to the message of the operating system: {@code bind(..) failed with error(-98): }. */
    private static final Pattern SYSTEM_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    private static final String NO_HOST = "no such host";

    private Binding() {}

    /** The start of a server on an address. */
    @FunctionalInterface
    public interface Start<A, T> {
        T on(A address) throws IOException;
    }

    /**
     * Starts a server on {@code address}.
     *
     * @param setting the name of the setting that contains the address
     * @throws IOException if the address cannot be bound; the message is for people and names the setting, the address
     *     and the reason
     */
    public static <T> T of(String setting, ListenAddress address, Start<ListenAddress, T> server) throws IOException {
        try {
            return server.on(address);
        } catch (IOException e) {
            throw new IOException(setting + ": cannot listen on " + address + ": " + reason(e), e);
        }
    }

    /** As {@link #of}, for a server that supports only TCP. */
    public static <T> T ofTcp(String setting, ListenAddress address, Start<InetSocketAddress, T> server)
            throws IOException {
        return of(setting, address, listen -> {
            if (!(listen instanceof ListenAddress.Tcp tcp)) {
                throw new IOException("no TCP address (expected: host:port)");
            }
            InetSocketAddress socket = new InetSocketAddress(tcp.host(), tcp.port());
            if (socket.isUnresolved()) {
                throw new IOException(NO_HOST);
            }
            return server.on(socket);
        });
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof UnresolvedAddressException) {
            return NO_HOST;
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : SYSTEM_CALL.matcher(message).replaceFirst("");
    }
}
