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
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads one line of a file of keys. Members are called as REST calls them; {@code key} and {@code expires_at} are older words for
 * {@code secret} and {@code expire_time}. What it says of a wrong line holds nothing of it but the names of members.
 */
final class ImportLineParser {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String MEMBERS = "secret, name, scopes, expire_time";
    private static final String A_KEY = "the key itself";
    private static final String A_NAME = "such as \"CRM\"";
    private static final String SOME_SCOPES = "such as [\"cases:read\"]";
    private static final String A_TIME = "such as \"2027-01-31T00:00:00Z\"";

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
            refuseBoth(json, "secret", "key");
            refuseBoth(json, "expire_time", "expires_at");
            if (!json.has("secret") && !json.has("key")) {
                problems.add("secret: missing (expected: " + A_KEY + ")");
            }
        } catch (JsonProcessingException e) {
            // Its message quotes the line.
            problems.add("not JSON, around column "
                    + (e.getLocation() == null ? 1 : e.getLocation().getColumnNr())
                    + " (expected: one object, such as {\"secret\":\"…\",\"name\":\"…\"}, with each member once)");
        }
        return problems.isEmpty() ? ImportLine.of(number, key.build()) : ImportLine.wrong(number, problems);
    }

    private void read(String name, JsonNode value) {
        switch (name) {
            case "secret", "key" -> text(name, value, A_KEY).ifPresent(key::setSecret);
            case "name" -> text(name, value, A_NAME).ifPresent(key::setName);
            case "scopes" -> readScopes(value);
            case "expire_time", "expires_at" -> text(name, value, A_TIME).ifPresent(text -> readEnd(name, text));
            default ->
                problems.add(Shown.withoutSecrets(Shown.line(name)) + ": no such member (expected: " + MEMBERS + ")");
        }
    }

    private void refuseBoth(JsonNode json, String name, String olderName) {
        if (json.has(name) && json.has(olderName)) {
            problems.add(olderName + ": the same as " + name + " (expected: one of the two)");
        }
    }

    private void readScopes(JsonNode value) {
        if (!value.isArray()) {
            problems.add("scopes: not an array (expected: " + SOME_SCOPES + ")");
            return;
        }
        for (JsonNode scope : value) {
            if (!scope.isTextual()) {
                problems.add("scopes: not all are strings (expected: " + SOME_SCOPES + ")");
                return;
            }
            key.addScopes(scope.textValue());
        }
    }

    private void readEnd(String name, String text) {
        try {
            key.setExpireTime(
                    ProtoValues.timestamp(new TimeConverter().convert(text).toInstant()));
        } catch (TypeConversionException e) {
            problems.add(name + ": not a time (expected: " + A_TIME + ")");
        }
    }

    private Optional<String> text(String name, JsonNode value, String expected) {
        if (!value.isTextual()) {
            problems.add(name + ": not a string (expected: " + expected + ")");
            return Optional.empty();
        }
        return Optional.of(value.textValue());
    }
}
