package dev.latchkey.config;

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
record Setting<T>(String key, String fallback, String description, Form<T> form, String alias) {
    static final String PREFIX = "LATCHKEY_";

    /** Returns the names of its variables, the best known first. */
    List<String> variables() {
        List<String> names = new ArrayList<>();
        if (!alias.isEmpty()) {
            names.add(alias);
        }
        names.add(PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
        return names;
    }

    /** Tells whether what the file gives at {@code path} is a value of this setting, or one of its values. */
    boolean takes(String path) {
        return path.equals(key) || (form.composite() && hasPart(path));
    }

    /** Tells whether {@code path} is a part of it: {@code policies.internal}, {@code control.tokens[0].name}. */
    boolean hasPart(String path) {
        return path.length() > key.length()
                && path.startsWith(key)
                && (path.charAt(key.length()) == '.' || path.charAt(key.length()) == '[');
    }

    /** Returns what holds when nothing is given. */
    T fallbackValue() {
        Problems problems = new Problems();
        T value = form.read(List.of(new Given(key, "its default", fallback, Given.WORKING_DIRECTORY)), problems);
        if (value == null) {
            throw new IllegalStateException("the default of " + key + " is wrong: " + fallback);
        }
        return value;
    }
}
