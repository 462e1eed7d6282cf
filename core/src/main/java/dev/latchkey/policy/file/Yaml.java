package dev.latchkey.policy.file;

import java.util.List;

/** A node of a YAML document tree. Each node has its line number, counted from 1. */
public sealed interface Yaml {
    int line();

    /** Returns a description of the node for messages. */
    String describe();

    /**
     * A single value.
     *
     * @param isText false if YAML reads the value as a number, a boolean or null
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

    /** A mapping of distinct keys to values, in file order. */
    record Mapping(int line, List<Entry> entries) implements Yaml {
        @Override
        public String describe() {
            return entries.isEmpty() ? "an empty mapping" : "a mapping";
        }
    }

    /** A key of a mapping with its value. */
    record Entry(int line, String key, Yaml value) {}
}
