package dev.latchkey.config.value;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The values of settings: from a variable, otherwise the file, otherwise the default. Invalid values are reported. */
public final class Values {
    private final List<RawValue> file;
    private final Map<String, String> env;
    private final SettingProblems problems;

    public Values(List<RawValue> file, Map<String, String> env, SettingProblems problems) {
        this.file = file;
        this.env = env;
        this.problems = problems;
    }

    /** Returns the value, or the default if no valid value was given. */
    public <T> T get(Setting<T> setting) {
        T value = find(setting);
        return value != null ? value : setting.fallbackValue();
    }

    /** Returns the value, or null if no valid value was given. */
    public <T> @Nullable T find(Setting<T> setting) {
        List<RawValue> given = given(setting);
        return given.isEmpty() ? null : setting.form().read(given, problems);
    }

    /**
     * Returns the value of a secret that can also come from a file of its own, or null if no valid value was given. A
     * variable overrides the configuration file, also if the variable names the secret's own file. Otherwise a secret
     * that is given in both ways is a problem.
     */
    public <T> @Nullable T findSecret(Setting<T> secret, Setting<NamedFile> ownFile) {
        List<RawValue> given = isOverridden(secret, ownFile) ? List.of() : given(secret);
        if (given.isEmpty()) {
            return readFrom(ownFile, secret);
        }
        if (!isOverridden(ownFile, secret)) {
            for (RawValue other : given(ownFile)) {
                problems.add(given.get(0), "given as " + other + " too (expected: one of the two)");
            }
        }
        return secret.form().read(given, problems);
    }

    /** Returns the file that holds a secret; null if none is given, or if a variable overrides the file. */
    @Nullable
    public NamedFile findOwnFile(Setting<NamedFile> ownFile, Setting<?> secret) {
        return isOverridden(ownFile, secret) ? null : find(ownFile);
    }

    public boolean isGiven(Setting<?> setting) {
        return !given(setting).isEmpty();
    }

    private <T> @Nullable T readFrom(Setting<NamedFile> ownFile, Setting<T> secret) {
        NamedFile file = find(ownFile);
        return file == null ? null : read(file, secret, problems);
    }

    /** Returns the value in {@code file}, or null if the file has no valid value. */
    public static <T> @Nullable T read(NamedFile file, Setting<T> secret, SettingProblems problems) {
        try {
            String text = secret.form().isList() ? file.readList() : withoutLineEnds(file.read());
            return secret.form().read(List.of(content(file, secret, text)), problems);
        } catch (IOException e) {
            problems.add(e.getMessage() + " (expected: a file that holds " + secret.key() + ")");
            return null;
        }
    }

    /** Returns {@code text}, the content of {@code file}, as the raw value of {@code setting}. */
    public static RawValue content(NamedFile file, Setting<?> setting, String text) {
        return new RawValue(setting.key(), file.path().toString(), text, RawValue.WORKING_DIRECTORY);
    }

    /** Returns {@code text} without the line ends after it, which editors add. */
    private static String withoutLineEnds(String text) {
        return text.replaceFirst("[\r\n]+\\z", "");
    }

    /**
     * Returns whether a variable gives {@code twin}, an alternative to {@code setting}, but none gives {@code setting}.
     */
    private boolean isOverridden(Setting<?> setting, Setting<?> twin) {
        return hasVariable(twin) && !hasVariable(setting);
    }

    private boolean hasVariable(Setting<?> setting) {
        return setting.variables().stream().anyMatch(env::containsKey);
    }

    private List<RawValue> given(Setting<?> setting) {
        List<RawValue> given = new ArrayList<>();
        for (String variable : setting.variables()) {
            String text = env.get(variable);
            if (text != null) {
                given.add(new RawValue(setting.key(), variable, text, RawValue.WORKING_DIRECTORY));
            }
        }
        if (given.size() > 1 && !given.get(0).text().equals(given.get(1).text())) {
            problems.add(given.get(0), "differs from " + given.get(1).origin() + " (expected: one of the two)");
        }
        if (!given.isEmpty()) {
            return given.subList(0, 1);
        }
        return inFile(setting).toList();
    }

    /** Returns the texts that the file gives for {@code setting}, even if a variable overrides them. */
    public List<String> textsInFile(Setting<?> setting) {
        return inFile(setting).map(RawValue::text).toList();
    }

    private Stream<RawValue> inFile(Setting<?> setting) {
        return file.stream().filter(one -> setting.takes(one.path()));
    }
}
