package dev.latchkey.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.v1.KeyToImport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.TypeConversionException;

/** Reads one line of a file of keys. What it says of a wrong one holds nothing of it but the names of members. */
final class ImportLineParser {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Set<String> MEMBERS = new TreeSet<>(Set.of("key", "name", "scopes", "expires_at"));

    private final List<String> problems = new ArrayList<>();
    private final KeyToImport.Builder key = KeyToImport.newBuilder();

    private ImportLineParser() {}

    /** @param line without white space around it, not empty */
    static ImportLine parse(long number, String line) {
        return line.startsWith("{")
                ? new ImportLineParser().parseJson(number, line)
                : ImportLine.of(number, KeyToImport.newBuilder().setSecret(line).build());
    }

    private ImportLine parseJson(long number, String line) {
        try {
            JsonNode json = JSON.readTree(line);
            for (Map.Entry<String, JsonNode> member : json.properties()) {
                read(member.getKey(), member.getValue());
            }
            if (!json.has("key")) {
                problems.add("key: missing (expected: the key)");
            }
        } catch (JsonProcessingException e) {
            // Its message quotes the line.
            problems.add("not JSON, around column "
                    + (e.getLocation() == null ? 1 : e.getLocation().getColumnNr())
                    + " (expected: one object, such as {\"key\":\"…\",\"name\":\"…\"}, with each member once)");
        }
        return problems.isEmpty() ? ImportLine.of(number, key.build()) : ImportLine.wrong(number, problems);
    }

    private void read(String name, JsonNode value) {
        switch (name) {
            case "key" -> key.setSecret(text(name, value));
            case "name" -> key.setName(text(name, value));
            case "scopes" -> readScopes(value);
            case "expires_at" -> readEnd(value);
            default ->
                problems.add(Shown.withoutSecrets(Shown.line(name)) + ": no such member (expected: " + MEMBERS + ")");
        }
    }

    private void readScopes(JsonNode value) {
        if (!value.isArray()) {
            problems.add("scopes: not an array (expected: [\"cases:read\"])");
        }
        value.forEach(scope -> key.addScopes(text("scopes", scope)));
    }

    private void readEnd(JsonNode value) {
        try {
            key.setExpireTime(ProtoValues.timestamp(
                    new TimeConverter().convert(text("expires_at", value)).toInstant()));
        } catch (TypeConversionException e) {
            problems.add("expires_at: not a time (expected: such as 2027-01-31T00:00:00Z)");
        }
    }

    private String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            problems.add(name + ": not a string");
        }
        return value.asText();
    }
}
