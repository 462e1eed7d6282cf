package dev.latchkey.lifecycle;

import dev.latchkey.config.value.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Pattern;

/** Starts servers on the addresses that settings give; what fails is told in the terms of the setting. */
public final class Binding {
    /** What Netty puts before the system's own words: {@code bind(..) failed with error(-98): }. */
    private static final Pattern SYSTEM_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    private static final String NO_HOST = "no such host";

    private Binding() {}

    /** Starts a server. */
    @FunctionalInterface
    public interface Start<A, T> {
        T on(A address) throws IOException;
    }

    /**
     * Starts a server on {@code address}.
     *
     * @param setting that gives the address
     * @throws IOException if the address cannot be bound; the message is for people and names setting, address and reason
     */
    public static <T> T of(String setting, ListenAddress address, Start<ListenAddress, T> server) throws IOException {
        try {
            return server.on(address);
        } catch (IOException e) {
            throw new IOException(setting + ": cannot listen on " + address + ": " + reason(e), e);
        }
    }

    /** The same for a server that takes TCP alone. */
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
