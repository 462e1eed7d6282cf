package dev.latchkey.exposure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** A test for addresses that only this machine can reach. Performs no name lookup. */
public final class Loopback {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");

    private Loopback() {}

    /**
     * Returns whether {@code host} can be reached only by processes of this machine or of the same pod.
     *
     * @param host a name, an IPv4 address, or an IPv6 address with or without brackets
     */
    public static boolean is(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        String literal = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        if (literal.indexOf(':') < 0 && !IPV4.matcher(literal).matches()) {
            // RFC 6761 section 6.3 reserves these names for loopback.
            return literal.equals("localhost") || literal.endsWith(".localhost");
        }
        try {
            return InetAddress.getByName(literal).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
