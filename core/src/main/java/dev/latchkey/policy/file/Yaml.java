package dev.latchkey.policy.file;

import java.util.List;

/** A YAML document as a tree of which each part knows its line, counted from 1. */
public sealed interface Yaml {
    int line();

    /** Returns what a message calls it. */
    String describe();

    /**
     * A single value.
     *
     * @param isText false for what YAML takes for a number, a boolean or null
     */
    record Scalar(int line, String text, boolean isText) implements Yaml {
        @Override
        public String describe() {
            return text.isEmpty() ? "nothing" : text;
        }
    }

    /** A list. */
    record Sequence(int line, List<Yaml> items) implements Yaml {
        @Override
        public String describe() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /** Keys with values, in the order of the file; each key once. */
    record Mapping(int line, List<Entry> entries) implements Yaml {
        @Override
        public String describe() {
            return entries.isEmpty() ? "an empty mapping" : "a mapping";
        }
    }

    /** One key of a mapping. */
    record Entry(int line, String key, Yaml value) {}
}
