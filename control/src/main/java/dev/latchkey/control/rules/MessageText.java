package dev.latchkey.control.rules;

import dev.latchkey.text.VisibleText;
import java.util.regex.Pattern;

/** Makes what a caller has sent fit to be shown in a message: no key, no character that cannot be seen, not too long. */
public final class MessageText {
    private static final Pattern KEY = Pattern.compile("([a-z][a-z0-9]{1,15}_(?:live|test)_)[0-9A-Za-z]{16,}");
    private static final int MAX = 40;

    private MessageText() {}

    /** Tells whether {@code text} holds what looks like a key, of whatever brand. */
    public static boolean holdsKey(String text) {
        return KEY.matcher(text).find();
    }

    /** Tells whether {@code text} holds neither what looks like a key nor a character that does not show. */
    public static boolean isHarmless(String text) {
        return !holdsKey(text) && VisibleText.isVisible(text);
    }

    /** Returns {@code text} in quotes, its keys and control characters made harmless, and its end left out if it is long. */
    public static String quoted(String text) {
        String safe = KEY.matcher(text).replaceAll("$1…");
        StringBuilder shown = new StringBuilder("\"");
        String start =
                safe.codePointCount(0, safe.length()) > MAX ? safe.substring(0, safe.offsetByCodePoints(0, MAX)) : safe;
        shown.append(VisibleText.shown(start.replace("\\", "\\u005c").replace("\"", "\\u0022")));
        return shown.append(safe.codePointCount(0, safe.length()) > MAX ? "…\"" : "\"")
                .toString();
    }
}
