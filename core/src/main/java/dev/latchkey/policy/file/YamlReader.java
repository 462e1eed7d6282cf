package dev.latchkey.policy.file;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * A reader that parses the only YAML document of a file into a tree. It rejects YAML features that a policy does not
 * need: anchors, aliases, tags, further documents, duplicate keys and deep nesting.
 *
 * <p>The reader accepts two notations that are common in policy files although YAML rejects them:
 * {@code [GET /v1/{id}]}, where a brace would end the text, and {@code * /v1/x}, where a star would start an alias.
 * Before parsing, the reader replaces these braces and stars with private-use characters, but only where they have no
 * other meaning in YAML, so that the meaning of a valid document does not change.
 *
 * <p>The reader uses the parser's events, because the APIs above the events keep no line numbers or lose anchors.
 */
public final class YamlReader {
    private static final int MAX_LENGTH = 1 << 20;
    private static final int MAX_DEPTH = 8;
    private static final String VALID = "valid YAML";

    /** Braces directly after a slash. In YAML they are either in the middle of a text or an error. */
    private static final Pattern BRACES = Pattern.compile("(?<=/)\\{([^{}\\[\\],\\s'\"]*)}");
    /**
     * A star before spaces and a slash. In YAML it is either in the middle of a text or an alias without a name,
     * which is an error.
     */
    private static final Pattern STAR = Pattern.compile("\\*(?= +/)");

    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';
    private static final char ANY = '\uE002';
    /**
     * One of the three private-use characters, raw or as an escape. If a file already contains one,
     * nothing is replaced.
     */
    private static final Pattern TAKEN = Pattern.compile("[\uE000-\uE002]|\\\\[uU](0000)?[eE]00[0-2]");

    private final PolicyProblems problems;
    private final Resolver types = new Resolver();
    private final String text;
    private final boolean hiding;
    private final Parser parser;
    private int depth;

    private YamlReader(String text, PolicyProblems problems) {
        this.problems = problems;
        this.text = text;
        this.hiding = !TAKEN.matcher(text).find();
        this.parser = new ParserImpl(new StreamReader(hide(text)), new LoaderOptions());
    }

    /** Returns the document, or null if there is no usable one; {@code problems} then says why. */
    public static @Nullable Yaml read(String text, PolicyProblems problems) {
        if (text.length() > MAX_LENGTH) {
            problems.add(1, text.length() + " characters", "at most " + MAX_LENGTH);
            return null;
        }
        YamlReader reader = new YamlReader(text, problems);
        try {
            return reader.document();
        } catch (Refused e) {
            problems.add(e.line, e.given, e.expected);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            problems.add(line, reader.show(String.valueOf(e.getProblem())), VALID);
        } catch (ReaderException e) {
            String given = String.format("character U+%04X", e.getCodePoint());
            problems.add(reader.lineAt(e.getPosition()), given, "printable characters");
        } catch (YAMLException e) {
            problems.add(1, String.valueOf(e.getMessage()), VALID);
        }
        return null;
    }

    private @Nullable Yaml document() throws Refused {
        skip(Event.ID.StreamStart);
        if (parser.checkEvent(Event.ID.StreamEnd)) {
            throw new Refused(1, "an empty file", "a policy");
        }
        skip(Event.ID.DocumentStart);
        Yaml root = node();
        skip(Event.ID.DocumentEnd);
        if (!parser.checkEvent(Event.ID.StreamEnd)) {
            throw new Refused(line(parser.peekEvent()), "a second document", "one document");
        }
        return root;
    }

    private Yaml node() throws Refused {
        Event event = parser.getEvent();
        int line = line(event);
        if (event instanceof AliasEvent alias) {
            problems.add(line, "*" + show(alias.getAnchor()), "no aliases");
            return new Yaml.Scalar(line, "*" + show(alias.getAnchor()), true);
        }
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            problems.add(line, "&" + show(node.getAnchor()), "no anchors");
        }
        if (event instanceof ScalarEvent scalar) {
            refuseTag(line, scalar.getTag());
            return new Yaml.Scalar(line, show(scalar.getValue()), isText(scalar));
        }
        refuseTag(line, ((CollectionStartEvent) event).getTag());
        if (depth == MAX_DEPTH) {
            throw new Refused(line, "nesting deeper than " + MAX_DEPTH, "less");
        }
        depth++;
        Yaml collection = event instanceof MappingStartEvent ? mapping(line) : sequence(line);
        depth--;
        return collection;
    }

    private Yaml sequence(int line) throws Refused {
        List<Yaml> items = new ArrayList<>();
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            items.add(node());
        }
        skip(Event.ID.SequenceEnd);
        return new Yaml.Sequence(line, items);
    }

    private Yaml mapping(int line) throws Refused {
        Map<String, Yaml.Entry> entries = new LinkedHashMap<>();
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            Yaml key = node();
            if (!(key instanceof Yaml.Scalar name)) {
                throw new Refused(key.line(), key.describe() + " as a field", "a name");
            }
            Yaml.Entry entry = new Yaml.Entry(key.line(), name.text(), node());
            Yaml.Entry earlier = entries.putIfAbsent(entry.key(), entry);
            if (earlier != null) {
                String expected = "each field once; the first is on line " + earlier.line();
                problems.add(entry.line(), "field " + entry.key(), expected);
            }
        }
        skip(Event.ID.MappingEnd);
        return new Yaml.Mapping(line, List.copyOf(entries.values()));
    }

    private void refuseTag(int line, @Nullable String tag) {
        if (tag != null) {
            problems.add(line, "tag " + tag, "no tags");
        }
    }

    private boolean isText(ScalarEvent scalar) {
        return !scalar.isPlain()
                || types.resolve(NodeId.scalar, scalar.getValue(), true).equals(Tag.STR);
    }

    private void skip(Event.ID expected) {
        Event event = parser.getEvent();
        if (!event.is(expected)) {
            throw new IllegalStateException(event + " (expected: " + expected + ")");
        }
    }

    private static int line(Event event) {
        return event.getStartMark().getLine() + 1;
    }

    private int lineAt(int codePoints) {
        return 1
                + (int) text.codePoints()
                        .limit(codePoints)
                        .filter(c -> c == '\n')
                        .count();
    }

    /** Replaces the braces and stars that YAML could misread with private-use characters. */
    private String hide(String text) {
        if (!hiding) {
            return text;
        }
        String braces = BRACES.matcher(text).replaceAll(OPEN + "$1" + CLOSE);
        return STAR.matcher(braces).replaceAll(String.valueOf(ANY));
    }

    /** Restores the characters that {@link #hide} has replaced. */
    private String show(String hidden) {
        return hiding ? hidden.replace(OPEN, '{').replace(CLOSE, '}').replace(ANY, '*') : hidden;
    }

    /** A problem after which reading cannot continue. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;
        private final String given;
        private final String expected;

        Refused(int line, String given, String expected) {
            super(given);
            this.line = line;
            this.given = given;
            this.expected = expected;
        }
    }
}
