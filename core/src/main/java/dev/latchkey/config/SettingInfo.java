package dev.latchkey.config;

import java.util.List;

/**
 * One setting as the documentation shows it.
 *
 * @param key its name in the file
 * @param variables its names in the environment, the best known first
 * @param fallback what holds when it is not given; empty if nothing
 * @param description one line
 */
public record SettingInfo(String key, List<String> variables, String fallback, String description) {

    /** Returns a row of a Markdown table: key, variables, default, description. */
    public String row() {
        String names = "`" + String.join("` or `", variables) + "`";
        String shown = fallback.isEmpty() ? "" : "`" + fallback + "`";
        return "| `" + key + "` | " + names + " | " + shown + " | " + description + " |";
    }
}
