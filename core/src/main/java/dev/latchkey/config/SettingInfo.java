package dev.latchkey.config;

import java.util.List;

/**
 * A setting as the documentation shows it.
 *
 * @param key the name of the setting in the configuration file
 * @param variables the names of its environment variables, the best known first
 * @param fallback the default as text; empty if the setting has no default
 * @param description a description of one line
 */
public record SettingInfo(String key, List<String> variables, String fallback, String description) {

    /** Returns this setting as a row of a Markdown table: key, variables, default, description. */
    public String row() {
        String names = "`" + String.join("` or `", variables) + "`";
        String shown = fallback.isEmpty() ? "" : "`" + fallback + "`";
        return "| `" + key + "` | " + names + " | " + shown + " | " + description + " |";
    }
}
