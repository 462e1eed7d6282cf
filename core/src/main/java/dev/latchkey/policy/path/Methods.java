package dev.latchkey.policy.path;

/**
 * The canonical form of a request method: an upper-case letter, followed by upper-case letters, digits,
 * {@code _} and {@code -}.
 */
public final class Methods {
    private static final int MAX_LENGTH = 32;

    private Methods() {}

    /** Returns whether {@code method} matches {@code [A-Z][A-Z0-9_-]{0,31}}. */
    public static boolean isCanonical(String method) {
        if (method.isEmpty() || method.length() > MAX_LENGTH || !isUpper(method.charAt(0))) {
            return false;
        }
        for (int i = 1; i < method.length(); i++) {
            char c = method.charAt(i);
            if (!isUpper(c) && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }
}
