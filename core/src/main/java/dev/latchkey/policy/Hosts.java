package dev.latchkey.policy;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that a policy applies to, each an exact name or {@code *.suffix}. An empty set applies to every host.
 * Comparison ignores letter case, the port and one trailing dot.
 *
 * <p>This class is immutable and thread-safe.
 */
final class Hosts {
    private static final int MAX_NAME = 253;
    private static final int MAX_PORT_DIGITS = 5;

    private final Set<String> names = new HashSet<>();
    /** The suffixes, each with its leading dot. */
    private final Set<String> suffixes = new HashSet<>();

    /** @param patterns in the normalized form that {@link #pattern} returns */
    Hosts(Collection<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.startsWith("*")) {
                suffixes.add(pattern.substring(1));
            } else {
                names.add(pattern);
            }
        }
    }

    /**
     * Returns {@code text} in normalized form: in lower case.
     *
     * @throws IllegalArgumentException if {@code text} is neither a host nor {@code *.suffix}; the message
     *     says what was expected
     */
    static String pattern(String text) {
        boolean wild = text.startsWith("*.");
        boolean valid = wild ? isName(text.substring(2)) : isName(text) || isIpv6(text);
        if (!valid) {
            throw new IllegalArgumentException("a host such as api.example.com, or *.example.com, without port");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * Returns whether the policy applies to a host.
     *
     * @param authority the {@code :authority} or {@code Host} of the request, as sent
     */
    boolean serve(String authority) {
        if (names.isEmpty() && suffixes.isEmpty()) {
            return true;
        }
        String host = nameOf(authority);
        return host != null && (names.contains(host) || endsInSuffix(host));
    }

    private boolean endsInSuffix(String host) {
        if (suffixes.isEmpty()) {
            return false;
        }
        // Looks up every suffix of the host that starts at a dot, so the cost does not depend on the
        // number of patterns.
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            if (suffixes.contains(host.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    /** Returns the host in lower case, or null unless {@code authority} is exactly one host with at most a port. */
    private static @Nullable String nameOf(String authority) {
        int bracket = authority.startsWith("[") ? authority.indexOf(']') : -1;
        int colon = authority.indexOf(':', bracket + 1);
        if (colon >= 0 && !isPort(authority, colon + 1)) {
            return null;
        }
        String host = colon < 0 ? authority : authority.substring(0, colon);
        if (isIpv6(host)) {
            return host.toLowerCase(Locale.ROOT);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return isName(name) ? name.toLowerCase(Locale.ROOT) : null;
    }

    private static boolean isPort(String authority, int from) {
        int digits = authority.length() - from;
        if (digits < 1 || digits > MAX_PORT_DIGITS) {
            return false;
        }
        for (int i = from; i < authority.length(); i++) {
            if (!isDigit(authority.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns whether {@code text} consists of labels of ASCII letters, digits, {@code _} and {@code -},
     * joined by single dots.
     */
    private static boolean isName(String text) {
        char previous = '.';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean label = isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
            if (!label && (c != '.' || previous == '.')) {
                return false;
            }
            previous = c;
        }
        return previous != '.' && text.length() <= MAX_NAME;
    }

    private static boolean isIpv6(String text) {
        int last = text.length() - 1;
        if (last < 3 || text.charAt(0) != '[' || text.charAt(last) != ']') {
            return false;
        }
        for (int i = 1; i < last; i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F') && c != ':' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
