package dev.latchkey.control.rules;

import dev.latchkey.text.VisibleText;
import java.util.regex.Pattern;

/** A filter that makes text from callers safe for messages: no keys, no invisible characters, limited length. */
public final class MessageText {
    private static final Pattern KEY = Pattern.compile("([a-z][a-z0-9]{1,15}_(?:live|test)_)[0-9A-Za-z]{16,}");
    private static final int MAX = 40;

    private MessageText() {}

    /** Returns whether {@code text} contains a part that looks like a key, of any brand. */
    public static boolean holdsKey(String text) {
        return KEY.matcher(text).find();
    }

    /** Returns whether {@code text} contains neither a part that looks like a key nor an invisible character. */
    public static boolean isHarmless(String text) {
        return !holdsKey(text) && VisibleText.isVisible(text);
    }

    /**
     * Returns {@code text} in quotes, with keys cut to their prefix, special characters escaped, and a length limit.
     */
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
