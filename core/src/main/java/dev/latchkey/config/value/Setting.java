package dev.latchkey.config.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A setting: its names in the configuration file and the environment, its default and its documentation.
 *
 * @param key the dotted key in the configuration file
 * @param fallback the default as text; empty if the setting has no default
 * @param description a description of one line
 * @param form the form of the values
 * @param alias the variable that the contract names, in addition to the one derived from the key; empty if
 *     there is none
 */
public record Setting<T>(String key, String fallback, String description, Form<T> form, String alias) {
    public static final String PREFIX = "LATCHKEY_";

    /** Returns the names of the environment variables of this setting, the best known first. */
    public List<String> variables() {
        List<String> names = new ArrayList<>();
        if (!alias.isEmpty()) {
            names.add(alias);
        }
        names.add(PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
        return names;
    }

    /** Returns whether the file entry at {@code path} is the value of this setting, or one of its values. */
    public boolean takes(String path) {
        return path.equals(key) || (form.composite() && hasPart(path));
    }

    /**
     * Returns whether {@code path} lies within this setting: {@code policies.internal}, {@code control.tokens[0].name}.
     */
    public boolean hasPart(String path) {
        return path.length() > key.length()
                && path.startsWith(key)
                && (path.charAt(key.length()) == '.' || path.charAt(key.length()) == '[');
    }

    /**
     * Returns the default.
     *
     * @throws IllegalStateException if the default is not of the form of this setting
     */
    public T fallbackValue() {
        SettingProblems problems = new SettingProblems();
        T value = form.read(List.of(new RawValue(key, "its default", fallback, RawValue.WORKING_DIRECTORY)), problems);
        if (value == null) {
            throw new IllegalStateException("the default of " + key + " is wrong: " + fallback);
        }
        return value;
    }
}
