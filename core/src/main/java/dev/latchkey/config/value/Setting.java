package dev.latchkey.config.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One setting, as file, variables and documentation know it.
 *
 * @param key dotted: what it is called in the file
 * @param fallback the text that holds when nothing is given; empty if there is none
 * @param description one line
 * @param alias the variable that the contract names besides the regular one; empty if there is none
 */
public record Setting<T>(String key, String fallback, String description, Form<T> form, String alias) {
    public static final String PREFIX = "LATCHKEY_";

    /** Returns the names of its variables, the best known first. */
    public List<String> variables() {
        List<String> names = new ArrayList<>();
        if (!alias.isEmpty()) {
            names.add(alias);
        }
        names.add(PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
        return names;
    }

    /** Tells whether what the file gives at {@code path} is a value of this setting, or one of its values. */
    public boolean takes(String path) {
        return path.equals(key) || (form.composite() && hasPart(path));
    }

    /** Tells whether {@code path} is a part of it: {@code policies.internal}, {@code control.tokens[0].name}. */
    public boolean hasPart(String path) {
        return path.length() > key.length()
                && path.startsWith(key)
                && (path.charAt(key.length()) == '.' || path.charAt(key.length()) == '[');
    }

    /** Returns what holds when nothing is given. */
    public T fallbackValue() {
        SettingProblems problems = new SettingProblems();
        T value = form.read(List.of(new RawValue(key, "its default", fallback, RawValue.WORKING_DIRECTORY)), problems);
        if (value == null) {
            throw new IllegalStateException("the default of " + key + " is wrong: " + fallback);
        }
        return value;
    }
}
