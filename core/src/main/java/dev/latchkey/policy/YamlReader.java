package dev.latchkey.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads the one YAML document of a file into a tree. Refuses what a policy has no use for: anchors, aliases, tags, further
 * documents, a key given twice, deep nesting.
 *
 * <p>Two things that YAML itself refuses, and that policy files are full of, are read as they are meant:
 * {@code [GET /v1/{id}]}, where a brace would end the text, and {@code * /v1/x}, where a star would start an alias. Both are
 * hidden from YAML behind characters for private use, and only where YAML knows no other meaning, so that no valid document
 * changes.
 */
final class YamlReader {
    private static final int MAX_LENGTH = 1 << 20;
    private static final int MAX_DEPTH = 8;

    /** Braces directly after a slash: in the middle of a text, or an error. */
    private static final Pattern BRACES = Pattern.compile("(?<=/)\\{([^{}\\[\\],\\s'\"]*)}");
    /** A star, spaces, a slash: in the middle of a text, or an alias without a name, an error. */
    private static final Pattern STAR = Pattern.compile("\\*(?= +/)");

    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';
    private static final char ANY = '\uE002';

    private final Problems problems;
    private final YAMLParser parser;
    private int depth;

    private YamlReader(Problems problems, YAMLParser parser) {
        this.problems = problems;
        this.parser = parser;
    }

    /** Returns the document, or null if there is none that can be used; then {@code problems} says why. */
    static @Nullable Yaml read(String text, Problems problems) {
        if (text.length() > MAX_LENGTH) {
            problems.add(1, text.length() + " characters", "at most " + MAX_LENGTH);
            return null;
        }
        try (YAMLParser parser = new YAMLFactory().createParser(hide(text))) {
            return new YamlReader(problems, parser).document();
        } catch (JsonProcessingException e) {
            addSyntaxError(text, e, problems);
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private @Nullable Yaml document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            problems.add(1, "an empty file", "a policy");
            return null;
        }
        Yaml root = value(first);
        if (root != null && parser.nextToken() != null) {
            problems.add(line(), "a second document", "one document");
        }
        return root;
    }

    private @Nullable Yaml value(JsonToken token) throws IOException {
        if (parser.isCurrentAlias()) {
            problems.add(line(), "*" + parser.getText(), "no aliases");
        }
        refuseProperties(parser.getObjectId(), parser.getTypeId());
        if (depth == MAX_DEPTH) {
            problems.add(line(), "nesting deeper than " + MAX_DEPTH, "less");
            return null;
        }
        if (token == JsonToken.START_OBJECT) {
            return mapping();
        }
        if (token == JsonToken.START_ARRAY) {
            return sequence();
        }
        return new Yaml.Scalar(line(), show(parser.getText()), token == JsonToken.VALUE_STRING);
    }

    private @Nullable Yaml sequence() throws IOException {
        int line = line();
        List<Yaml> items = new ArrayList<>();
        depth++;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Yaml item = value(token);
            if (item == null) {
                return null;
            }
            items.add(item);
        }
        depth--;
        return new Yaml.Sequence(line, items);
    }

    private @Nullable Yaml mapping() throws IOException {
        int line = line();
        // The parser reports these for the first key, too.
        Object anchor = parser.getObjectId();
        Object tag = parser.getTypeId();
        Map<String, Yaml.Entry> entries = new LinkedHashMap<>();
        depth++;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            refuseProperties(
                    Objects.equals(parser.getObjectId(), anchor) ? null : parser.getObjectId(),
                    Objects.equals(parser.getTypeId(), tag) ? null : parser.getTypeId());
            Yaml.Entry entry = entry();
            if (entry == null) {
                return null;
            }
            Yaml.Entry earlier = entries.putIfAbsent(entry.key(), entry);
            if (earlier != null) {
                String expected = "each field once; the first is on line " + earlier.line();
                problems.add(entry.line(), "field " + entry.key(), expected);
            }
        }
        depth--;
        return new Yaml.Mapping(line, List.copyOf(entries.values()));
    }

    private Yaml.@Nullable Entry entry() throws IOException {
        int line = line();
        String key = show(parser.getText());
        Yaml value = value(parser.nextToken());
        return value == null ? null : new Yaml.Entry(line, key, value);
    }

    private void refuseProperties(@Nullable Object anchor, @Nullable Object tag) {
        if (anchor != null) {
            problems.add(line(), "&" + anchor, "no anchors");
        }
        if (tag != null) {
            problems.add(line(), "tag " + tag, "no tags");
        }
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private static void addSyntaxError(String text, JsonProcessingException e, Problems problems) {
        String expected = "valid YAML";
        if (e.getCause() instanceof MarkedYAMLException marked) {
            int line = marked.getProblemMark() == null ? 1 : marked.getProblemMark().getLine() + 1;
            problems.add(line, show(String.valueOf(marked.getProblem())), expected);
        } else if (e.getCause() instanceof ReaderException unprintable) {
            int line = 1 + (int) text.codePoints()
                    .limit(unprintable.getPosition())
                    .filter(c -> c == '\n')
                    .count();
            problems.add(line, String.format("character U+%04X", unprintable.getCodePoint()), "printable characters");
        } else {
            int line = Math.max(1, e.getLocation() == null ? 1 : e.getLocation().getLineNr());
            problems.add(line, show(e.getOriginalMessage()), expected);
        }
    }

    private static String hide(String text) {
        if (!text.equals(show(text))) {
            // Holds such a character itself: left alone, so that show() undoes no more than this did.
            return text;
        }
        String braces = BRACES.matcher(text).replaceAll(OPEN + "$1" + CLOSE);
        return STAR.matcher(braces).replaceAll(String.valueOf(ANY));
    }

    private static String show(String text) {
        return text.replace(OPEN, '{').replace(CLOSE, '}').replace(ANY, '*');
    }
}
