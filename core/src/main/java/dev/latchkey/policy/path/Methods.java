package dev.latchkey.policy.path;

/** The one spelling of a method that is matched: upper-case letters, then digits, {@code _} and {@code -} as well. */
public final class Methods {
    private static final int MAX_LENGTH = 32;

    private Methods() {}

    /** Tells whether {@code method} is {@code [A-Z][A-Z0-9_-]{0,31}}. */
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
