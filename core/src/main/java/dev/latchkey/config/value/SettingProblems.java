package dev.latchkey.config.value;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** A collector of problems, so that one report shows them all. A problem that is added twice is reported once. */
public final class SettingProblems {
    private static final int SHOWN = 100;
    private static final Pattern NO_KEY = Pattern.compile("[^A-Za-z0-9_.\\[\\]-].*", Pattern.DOTALL);

    private final Set<String> lines = new LinkedHashSet<>();

    /** Adds a problem of a given value; {@code what} holds the value, unless it is a secret, and the expected form. */
    public void add(RawValue given, String what) {
        lines.add(shownPath(given.path()) + " (from " + given.origin() + "): " + what);
    }

    /** Adds a problem that does not belong to a given value, as one complete line. */
    public void add(String line) {
        lines.add(line);
    }

    /** Returns all problems, one line each. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    public void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new InvalidSettingsException(List.copyOf(lines));
        }
    }

    /**
     * Returns the part of {@code path} that messages can show. In {@code {uri:redis://…}}, where a space is missing,
     * YAML reads a whole secret as a key. Therefore the path is cut at the first character that no key contains.
     */
    public static String shownPath(String path) {
        return printable(NO_KEY.matcher(path).replaceFirst("…"));
    }

    /** Returns {@code value} for one line of a report: control characters are escaped, a long value is cut. */
    public static String printable(String value) {
        StringBuilder shown = new StringBuilder();
        value.codePoints().limit(SHOWN).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return value.codePointCount(0, value.length()) > SHOWN ? shown + "…" : shown.toString();
    }
}
