package dev.latchkey.cli.output;

import dev.latchkey.text.VisibleText;
import java.util.regex.Pattern;

/** Makes text that others wrote fit to be shown to people on a terminal. */
public final class TerminalText {
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9]{1,15}_(?:live|test)_[0-9A-Za-z]{16,}");
    /** The prefix of the tokens that {@code latchkey token} makes: people and scanners for leaked secrets recognize it. */
    public static final String TOKEN_PREFIX = "latchkey_admin_";

    private static final Pattern TOKEN = Pattern.compile(TOKEN_PREFIX + "[0-9A-Za-z_-]{16,}");

    private TerminalText() {}

    /** Tells whether {@code text} holds what looks like an API key, of any brand. */
    public static boolean mentionsKey(String text) {
        return KEY.matcher(text).find();
    }

    /** Returns {@code text} with everything that looks like an API key or an admin token left out. */
    public static String withoutSecrets(String text) {
        return TOKEN.matcher(KEY.matcher(text).replaceAll("<key>")).replaceAll("<token>");
    }

    /** Returns a number of things, such as {@code 1 problem} or {@code 2 problems}. */
    public static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Returns {@code text} as one line: characters that do not show, or could steer a terminal, are escaped. */
    public static String line(String text) {
        return VisibleText.shown(text);
    }
}
