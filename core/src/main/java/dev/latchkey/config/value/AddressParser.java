package dev.latchkey.config.value;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A parser of the written form of a {@link ListenAddress}. It never resolves a host name. */
public final class AddressParser {
    static final String UNIX = "unix:";
    public static final String EXPECTED_TCP = "host:port, such as 127.0.0.1:9191 or [::1]:9191";
    public static final String EXPECTED = EXPECTED_TCP + ", or unix:/path, or unix:@name";

    private static final int MAX_PORT = 65535;
    // The field sun_path holds 108 bytes with the closing NUL (unix(7)).
    private static final int MAX_UNIX_BYTES = 107;

    private static final Pattern TCP =
            Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.]{2,45})]|(?<name>[A-Za-z0-9.-]{1,253})):(?<port>[0-9]{1,5})");
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");

    private AddressParser() {}

    public static ListenAddress parse(String text) {
        if (text.startsWith(UNIX)) {
            return parseUnix(text);
        }
        return parseTcp(text, EXPECTED);
    }

    public static ListenAddress parseTcp(String text) {
        return parseTcp(text, EXPECTED_TCP);
    }

    private static ListenAddress parseTcp(String text, String expected) {
        Matcher matcher = TCP.matcher(text);
        if (matcher.matches()) {
            String v6 = matcher.group("v6");
            String host = v6 == null ? matcher.group("name") : v6;
            int port = Integer.parseInt(matcher.group("port"));
            boolean sound = v6 == null ? isNameOrIpv4(host) : isIpv6(host);
            if (sound && port <= MAX_PORT) {
                return new ListenAddress.Tcp(host, port);
            }
        }
        throw wrong(text, expected);
    }

    private static ListenAddress parseUnix(String text) {
        String path = text.substring(UNIX.length());
        boolean named = path.length() > 1 && (path.charAt(0) == '/' || path.charAt(0) == '@');
        boolean fits = path.getBytes(StandardCharsets.UTF_8).length <= MAX_UNIX_BYTES;
        if (!named || !fits || path.chars().anyMatch(Character::isISOControl)) {
            throw wrong(text, EXPECTED);
        }
        return new ListenAddress.Unix(path);
    }

    private static boolean isNameOrIpv4(String host) {
        // 127.1 and 1.2.3.256 are rejected: resolvers disagree about the meaning of such numbers.
        return (NUMBERS.matcher(host).matches() ? IPV4 : NAME).matcher(host).matches();
    }

    private static boolean isIpv6(String host) {
        try {
            // Java reads a host in brackets as a literal and never looks it up.
            return host.indexOf(':') >= 0 && InetAddress.getByName("[" + host + "]") != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static IllegalArgumentException wrong(String text, String expected) {
        return new IllegalArgumentException(SettingProblems.printable(text) + " (expected: " + expected + ")");
    }
}
