package dev.latchkey.config;

import dev.latchkey.config.value.RawValue;
import dev.latchkey.config.value.Setting;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.text.NearestName;
import java.util.List;

/** A check that reports keys of the configuration file that are not settings. */
final class KnownKeys {

    private KnownKeys() {}

    /**
     * Reports each value of {@code given} whose key is not a setting. The report omits the value, which can be a secret
     * under a misspelled key.
     */
    static void check(List<RawValue> given, SettingProblems problems) {
        for (RawValue one : given) {
            if (SettingTable.all().stream().noneMatch(s -> s.takes(one.path())) && !isEmptySection(one)) {
                problems.add(one, describe(SettingProblems.shownPath(one.path())));
            }
        }
    }

    private static boolean isEmptySection(RawValue given) {
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
        return "no such setting (nearest: "
                + NearestName.of(
                        path, SettingTable.all().stream().map(Setting::key).toList()) + ")";
    }

    private static List<String> keysOf(String section) {
        return SettingTable.all().stream()
                .map(Setting::key)
                .filter(key -> key.startsWith(section + "."))
                .toList();
    }
}
