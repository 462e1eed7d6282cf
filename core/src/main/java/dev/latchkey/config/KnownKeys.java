package dev.latchkey.config;

import java.util.Comparator;
import java.util.List;

/** Refuses what no setting is called. */
final class KnownKeys {

    private KnownKeys() {}

    /** Reports those of {@code given} that no setting is called, without their values, which may be secrets under a wrong name. */
    static void check(List<Given> given, Problems problems) {
        for (Given one : given) {
            if (SettingTable.all().stream().noneMatch(s -> s.takes(one.path())) && !isEmptySection(one)) {
                problems.add(one, describe(Problems.shownPath(one.path())));
            }
        }
    }

    private static boolean isEmptySection(Given given) {
        return given.text().isEmpty() && !keysOf(given.path()).isEmpty();
    }

    private static String describe(String path) {
        for (Setting<?> setting : SettingTable.all()) {
            if (setting.hasPart(path)) {
                return "part of a list or mapping (expected: " + setting.key() + " as "
                        + setting.form().expected() + ")";
            }
        }
        List<String> section = keysOf(path);
        if (!section.isEmpty()) {
            return "a section, no setting (expected: " + String.join(", ", section) + ")";
        }
        return "no such setting (nearest: " + nearest(path) + ")";
    }

    private static List<String> keysOf(String section) {
        return SettingTable.all().stream()
                .map(Setting::key)
                .filter(key -> key.startsWith(section + "."))
                .toList();
    }

    private static String nearest(String path) {
        return SettingTable.all().stream()
                .map(Setting::key)
                .min(Comparator.comparingInt(key -> distance(path, key)))
                .orElseThrow();
    }

    /** The edits (insert, delete, replace one character) between two texts, after Levenshtein. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j - 1], diagonal));
            }
        }
        return row[b.length()];
    }
}
