package dev.latchkey.policy.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of one mapping. A field that is not as expected is added to the problems and reads as absent. */
public final class YamlFields {
    private final List<Yaml.Entry> entries;
    private final PolicyProblems problems;

    private YamlFields(List<Yaml.Entry> entries, PolicyProblems problems) {
        this.entries = entries;
        this.problems = problems;
    }

    /**
     * Reads {@code node} as a mapping. A field that is not in {@code known} is added to the problems.
     *
     * @return the fields, or null if {@code node} is not a mapping or is empty
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

    /** Returns the fields with the given names, in file order. */
    public List<Yaml.Entry> among(List<String> names) {
        return entries.stream().filter(entry -> names.contains(entry.key())).toList();
    }

    /** Returns the field with the given name, or null if the mapping does not have it. */
    public Yaml.@Nullable Entry find(String name) {
        List<Yaml.Entry> found = among(List.of(name));
        return found.isEmpty() ? null : found.get(0);
    }

    /** Returns the text of {@code value}, or null if {@code value} is not text or is blank. */
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

    /** Returns the items of the list in {@code field}, or no items if the value is not a list or is an empty list. */
    public List<Yaml> list(Yaml.Entry field, String expected) {
        if (field.value() instanceof Yaml.Sequence list && !list.items().isEmpty()) {
            return list.items();
        }
        problems.add(field.line(), field.key() + ": " + field.value().describe(), expected);
        return List.of();
    }
}
