package dev.latchkey.cli.output;

import dev.latchkey.text.VisibleText;
import java.util.regex.Pattern;

/** Functions that make foreign text safe to show on a terminal. */
public final class TerminalText {
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9]{1,15}_(?:live|test)_[0-9A-Za-z]{16,}");
    /**
     * The prefix of tokens from {@code latchkey token}. People and scanners for leaked secrets recognize tokens by it.
     */
    public static final String TOKEN_PREFIX = "latchkey_admin_";

    private static final Pattern TOKEN = Pattern.compile(TOKEN_PREFIX + "[0-9A-Za-z_-]{16,}");

    private TerminalText() {}

    /** Returns whether {@code text} contains text in the form of an API key, whatever its prefix. */
    public static boolean mentionsKey(String text) {
        return KEY.matcher(text).find();
    }

    /** Returns {@code text} with everything in the form of an API key or an admin token replaced by a placeholder. */
    public static String withoutSecrets(String text) {
        return TOKEN.matcher(KEY.matcher(text).replaceAll("<key>")).replaceAll("<token>");
    }

    /** Returns a number with its noun, such as {@code 1 problem} or {@code 2 problems}. */
    public static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /**
     * Returns {@code text} as one line. Invisible characters and terminal control characters are replaced by escapes.
     */
    public static String line(String text) {
        return VisibleText.shown(text);
    }
}
