package dev.latchkey.control.rules;

import java.util.regex.Pattern;

/** Makes what a caller has sent fit to be shown in a message: no key, no control character, not too long. */
public final class Shown {
    private static final Pattern KEY = Pattern.compile("([a-z][a-z0-9]{1,15}_(?:live|test)_)[0-9A-Za-z]{16,}");
    private static final int MAX = 40;

    private Shown() {}

    /** Tells whether {@code text} holds what looks like a key, of whatever brand. */
    public static boolean holdsKey(String text) {
        return KEY.matcher(text).find();
    }

    /** Tells whether {@code text} holds neither what looks like a key nor a character that is not to be read. */
    public static boolean isHarmless(String text) {
        return !holdsKey(text) && text.codePoints().noneMatch(Shown::isControl);
    }

    /** Returns {@code text} in quotes, its keys and control characters made harmless, and its end left out if it is long. */
    public static String quoted(String text) {
        String safe = KEY.matcher(text).replaceAll("$1…");
        StringBuilder shown = new StringBuilder("\"");
        safe.codePoints().limit(MAX).forEach(c -> append(shown, c));
        return shown.append(safe.codePointCount(0, safe.length()) > MAX ? "…\"" : "\"")
                .toString();
    }

    private static void append(StringBuilder shown, int c) {
        if (isControl(c) || c == '"' || c == '\\') {
            shown.append(String.format("\\u%04x", c));
        } else {
            shown.appendCodePoint(c);
        }
    }

    /** Tells whether {@code c} breaks lines or is otherwise no character to be read. */
    public static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            default -> false;
        };
    }
}
