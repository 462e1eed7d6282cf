package dev.latchkey.config;

import dev.latchkey.config.value.Form;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RawValue;
import dev.latchkey.config.value.SettingProblems;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form of {@code policies}: a mapping of names to paths in the configuration file, or {@code name=path,name=path}.
 */
final class NamedPolicies implements Form<Map<String, NamedFile>> {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String EXPECTED_NAME = "a name of 1 to 64 letters, digits, _ and -";

    @Override
    public String expected() {
        return "name=path, separated by commas; in the file also a mapping of names to paths";
    }

    @Override
    public boolean composite() {
        return true;
    }

    @Override
    public @Nullable Map<String, NamedFile> read(List<RawValue> given, SettingProblems problems) {
        List<RawValue> parts = new ArrayList<>();
        for (RawValue one : given) {
            parts.addAll(one.path().equals(SettingTable.POLICIES.key()) ? split(one, problems) : List.of(one));
        }
        Map<String, NamedFile> named = new LinkedHashMap<>();
        for (RawValue part : parts) {
            readPart(part, named, problems);
        }
        return named;
    }

    private List<RawValue> split(RawValue whole, SettingProblems problems) {
        if (whole.text().isEmpty()) {
            problems.add(whole, "empty (expected: " + expected() + ")");
            return List.of();
        }
        List<RawValue> parts = new ArrayList<>();
        for (String entry : whole.text().split(",", -1)) {
            int equals = entry.indexOf('=');
            if (equals < 0) {
                problems.add(whole, SettingProblems.printable(entry) + " (expected: " + expected() + ")");
            } else {
                parts.add(whole.at(whole.path() + "." + entry.substring(0, equals), entry.substring(equals + 1)));
            }
        }
        return parts;
    }

    private static void readPart(RawValue part, Map<String, NamedFile> named, SettingProblems problems) {
        String name = part.path().substring(SettingTable.POLICIES.key().length() + 1);
        if (!NAME.matcher(name).matches()) {
            problems.add(part, "not a name (expected: " + EXPECTED_NAME + ")");
            return;
        }
        if (part.text().isEmpty()) {
            problems.add(part, "empty (expected: a path)");
            return;
        }
        try {
            if (named.put(name, part.file()) != null) {
                problems.add(part, "given twice (expected: each name once)");
            }
        } catch (InvalidPathException e) {
            problems.add(part, SettingProblems.printable(part.text()) + " (expected: a path)");
        }
    }
}
