package dev.latchkey.policy.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of one mapping; what is not as it should be becomes a problem and reads as absent. */
public final class YamlFields {
    private final List<Yaml.Entry> entries;
    private final PolicyProblems problems;

    private YamlFields(List<Yaml.Entry> entries, PolicyProblems problems) {
        this.entries = entries;
        this.problems = problems;
    }

    /**
     * Reads {@code node} as a mapping with no other fields than {@code known}.
     *
     * @return null if it is no mapping or an empty one
     */
    public static @Nullable YamlFields of(String name, Yaml node, List<String> known, PolicyProblems problems) {
        String expected = String.join(", ", known);
        if (!(node instanceof Yaml.Mapping mapping) || mapping.entries().isEmpty()) {
            problems.add(node.line(), name + ": " + node.describe(), "a mapping of " + expected);
            return null;
        }
        for (Yaml.Entry entry : mapping.entries()) {
            if (!known.contains(entry.key())) {
                problems.add(entry.line(), "unknown field " + entry.key(), "one of " + expected);
            }
        }
        return new YamlFields(mapping.entries(), problems);
    }

    /** Returns the fields of these names, in the order of the file. */
    public List<Yaml.Entry> among(List<String> names) {
        return entries.stream().filter(entry -> names.contains(entry.key())).toList();
    }

    /** Returns the field, or null if it is not there. */
    public Yaml.@Nullable Entry find(String name) {
        List<Yaml.Entry> found = among(List.of(name));
        return found.isEmpty() ? null : found.get(0);
    }

    /** Returns the text of {@code value}, or null if it is no text or a blank one. */
    @Nullable
    public String text(String name, Yaml value, String expected) {
        if (value instanceof Yaml.Scalar scalar
                && scalar.isText()
                && !scalar.text().isBlank()) {
            return scalar.text();
        }
        problems.add(value.line(), name + ": " + value.describe(), expected);
        return null;
    }

    /** Returns the items of the list in {@code field}; none if it is no list or an empty one. */
    public List<Yaml> list(Yaml.Entry field, String expected) {
        if (field.value() instanceof Yaml.Sequence list && !list.items().isEmpty()) {
            return list.items();
        }
        problems.add(field.line(), field.key() + ": " + field.value().describe(), expected);
        return List.of();
    }
}
