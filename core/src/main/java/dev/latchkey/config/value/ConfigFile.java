package dev.latchkey.config.value;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * A reader that flattens a YAML configuration file. Each value is returned by its dotted path, whether the file nests
 * its keys or writes them with dots; list items have paths such as {@code tokens[0]}. The text of a value stays as the
 * file has it. An empty value, list or mapping is an empty text.
 */
public final class ConfigFile {
    private final Path file;
    private final YAMLParser parser;
    private final SettingProblems problems;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Map<String, RawValue> values = new LinkedHashMap<>();

    private ConfigFile(Path file, YAMLParser parser, SettingProblems problems) {
        this.file = file;
        this.parser = parser;
        this.problems = problems;
    }

    /**
     * Returns the values in the order of the file. A repeated key is a problem, and its first value is returned.
     *
     * @throws InvalidSettingsException if the file cannot be read or is not YAML; other problems would not help then
     */
    public static List<RawValue> read(Path file, SettingProblems problems) {
        try (YAMLParser parser = new YAMLFactory().createParser(TextFile.read(file))) {
            ConfigFile config = new ConfigFile(file, parser, problems);
            config.document();
            return new ArrayList<>(config.values.values());
        } catch (JsonProcessingException e) {
            // The message of the exception quotes the input, which may hold secrets: report only the position.
            throw unreadable(file + place(e) + " (expected: key: value, indented with spaces;"
                    + " quotes around a value that starts with one of *&![{%@`)");
        } catch (IOException e) {
            throw unreadable(e.getMessage() + " (expected: a YAML file of settings)");
        }
    }

    private static String place(JsonProcessingException e) {
        // Jackson's own location is the start of the last token, not the position of the error.
        Mark mark = e.getCause() instanceof MarkedYAMLException marked ? marked.getProblemMark() : null;
        return mark == null
                ? ": not YAML"
                : ":" + (mark.getLine() + 1) + ": not YAML at column " + (mark.getColumn() + 1);
    }

    private void document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_OBJECT) {
            mapping(null, 0);
        } else if (first != null && first != JsonToken.VALUE_NULL) {
            throw unreadable(here() + ": a list or a text (expected: a mapping of settings)");
        }
        if (first != null && parser.nextToken() != null) {
            throw unreadable(here() + ": a second document (expected: one)");
        }
    }

    private void mapping(@Nullable String path, int line) throws IOException {
        boolean empty = true;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String child = path == null ? parser.currentName() : path + "." + parser.currentName();
            int childLine = line();
            parser.nextToken();
            value(child, childLine);
            empty = false;
        }
        if (empty && path != null) {
            put(path, line, "");
        }
    }

    private void list(String path, int line) throws IOException {
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            value(path + "[" + index++ + "]", line());
        }
        if (index == 0) {
            put(path, line, "");
        }
    }

    private void value(String path, int line) throws IOException {
        Integer first = lines.putIfAbsent(path, line);
        if (first != null) {
            problems.add(given(path, line, ""), "given twice, first in line " + first + " (expected: once)");
        }
        if (parser.isCurrentAlias()) {
            throw unreadable(
                    here() + ": an alias (expected: the value itself; quotes around a text that starts with *)");
        }
        switch (parser.currentToken()) {
            case START_OBJECT -> mapping(path, line);
            case START_ARRAY -> list(path, line);
            case VALUE_NULL -> put(path, line, "");
            default -> put(path, line, parser.getText());
        }
    }

    private void put(String path, int line, String text) {
        values.putIfAbsent(path, given(path, line, text));
    }

    private RawValue given(String path, int line, String text) {
        Path folder = file.getParent();
        return new RawValue(path, file + ":" + line, text, folder == null ? RawValue.WORKING_DIRECTORY : folder);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private String here() {
        return file + ":" + line();
    }

    private static InvalidSettingsException unreadable(String problem) {
        return new InvalidSettingsException(List.of(problem));
    }
}
