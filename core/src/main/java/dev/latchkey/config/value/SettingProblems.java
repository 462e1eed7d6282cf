package dev.latchkey.config.value;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Collects what is wrong, so that all is reported at once. The same problem met twice is one. */
public final class SettingProblems {
    private static final int SHOWN = 100;
    private static final Pattern NO_KEY = Pattern.compile("[^A-Za-z0-9_.\\[\\]-].*", Pattern.DOTALL);

    private final Set<String> lines = new LinkedHashSet<>();

    /** Adds a problem of a value that was given. {@code what} holds the value, unless it is a secret, and what was expected. */
    public void add(RawValue given, String what) {
        lines.add(shownPath(given.path()) + " (from " + given.origin() + "): " + what);
    }

    /** Adds a problem that no given value has. */
    public void add(String line) {
        lines.add(line);
    }

    /** Returns all, a line each. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    public void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new InvalidSettingsException(List.copyOf(lines));
        }
    }

    /**
     * Returns the part of {@code path} that may be shown. In {@code {uri:redis://…}}, where a space is missing, YAML takes a whole
     * secret for a key: so nothing from the first character on that no key has.
     */
    public static String shownPath(String path) {
        return printable(NO_KEY.matcher(path).replaceFirst("…"));
    }

    /** Returns {@code value} fit for one line of a report: control characters escaped, and not too long. */
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
