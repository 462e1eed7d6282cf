package dev.latchkey.cli.keys.imports;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Duration;
import dev.latchkey.cli.output.DurationConverter;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.cli.output.TimeConverter;
import dev.latchkey.v1.KeyToImport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * A parser of one line of a file of keys. Members have the same names as in REST. {@code key} and {@code expires_at}
 * are older names of {@code secret} and {@code expire_time}. A message about an invalid line contains no text of the
 * line except the names of its members.
 */
final class ImportLineParser {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String MEMBERS = "secret, name, scopes, lifetime, expire_time";
    /**
     * The members for which null means absent, as in REST. Scopes that are null are rejected, because null might be
     * meant as an empty list of scopes.
     */
    private static final Set<String> NULL_IS_ABSENT = Set.of("name", "lifetime", "expire_time", "expires_at");

    private static final String A_KEY = "the key itself";
    private static final String A_NAME = "such as \"CRM\"";
    private static final String SOME_SCOPES = "such as [\"cases:read\"]";
    private static final String A_LIFETIME = "such as \"3600s\" or \"90d\"";
    private static final Pattern SECONDS = Pattern.compile("(-?[0-9]{1,12})(?:\\.([0-9]{1,9}))?s");
    private static final String A_TIME = "such as \"2027-01-31T00:00:00Z\"";

    private final List<String> problems = new ArrayList<>();
    private final KeyToImport.Builder key = KeyToImport.newBuilder();

    private ImportLineParser() {}

    /**
     * Parses one line.
     *
     * @param line not empty, without white space around it
     */
    static ImportLine parse(long number, String line) {
        return line.startsWith("{")
                ? new ImportLineParser().parseJson(number, line)
                : ImportLine.of(number, KeyToImport.newBuilder().setSecret(line).build());
    }

    private ImportLine parseJson(long number, String line) {
        try {
            JsonNode json = JSON.readTree(line);
            for (Map.Entry<String, JsonNode> member : json.properties()) {
                if (!member.getValue().isNull() || !NULL_IS_ABSENT.contains(member.getKey())) {
                    read(member.getKey(), member.getValue());
                }
            }
            refuseBoth(json, "secret", "key");
            refuseBoth(json, "expire_time", "expires_at");
            if (json.hasNonNull("lifetime") && (json.hasNonNull("expire_time") || json.hasNonNull("expires_at"))) {
                problems.add("lifetime: given beside expire_time (expected: one of the two)");
            }
            if (!json.has("secret") && !json.has("key")) {
                problems.add("secret: missing (expected: " + A_KEY + ")");
            }
        } catch (JsonProcessingException e) {
            // The message of the exception quotes the line, so it is not shown.
            problems.add("not JSON, around column "
                    + (e.getLocation() == null ? 1 : e.getLocation().getColumnNr())
                    + " (expected: one object, such as {\"secret\":\"…\",\"name\":\"…\"}, with each member once)");
        } catch (RuntimeException | StackOverflowError e) {
            // Any failure of the parser means that the line is invalid.
            problems.add("not JSON (expected: one object, such as {\"secret\":\"…\",\"name\":\"…\"})");
        }
        return problems.isEmpty() ? ImportLine.of(number, key.build()) : ImportLine.wrong(number, problems);
    }

    private void read(String name, JsonNode value) {
        switch (name) {
            case "secret", "key" -> text(name, value, A_KEY).ifPresent(key::setSecret);
            case "name" -> text(name, value, A_NAME).ifPresent(this::readName);
            case "scopes" -> readScopes(value);
            case "lifetime" -> text(name, value, A_LIFETIME).ifPresent(this::readLifetime);
            case "expire_time", "expires_at" -> text(name, value, A_TIME).ifPresent(text -> readEnd(name, text));
            default ->
                problems.add(TerminalText.withoutSecrets(TerminalText.line(name)) + ": no such member (expected: "
                        + MEMBERS + ")");
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
        if (value.isEmpty()) {
            problems.add("scopes: none (expected: " + SOME_SCOPES + ", or no such member for those of --scope)");
        }
        for (JsonNode scope : value) {
            if (!scope.isTextual()) {
                problems.add("scopes: not all are strings (expected: " + SOME_SCOPES + ")");
                return;
            }
            key.addScopes(scope.textValue());
        }
    }

    private void readName(String text) {
        if (text.isEmpty()) {
            problems.add("name: empty (expected: " + A_NAME + ", or no such member)");
        }
        key.setName(text);
    }

    private void readLifetime(String text) {
        Matcher seconds = SECONDS.matcher(text);
        try {
            key.setLifetime(
                    seconds.matches()
                            ? Duration.newBuilder()
                                    .setSeconds(Long.parseLong(seconds.group(1)))
                                    .setNanos(nanos(seconds.group(2)))
                                    .build()
                            : ProtoValues.duration(new DurationConverter().convert(text)));
        } catch (TypeConversionException e) {
            problems.add("lifetime: not a duration (expected: " + A_LIFETIME + ")");
        }
    }

    private static int nanos(@Nullable String digits) {
        // Right-pads the fraction to nine digits, which are nanoseconds.
        return digits == null ? 0 : Integer.parseInt((digits + "00000000").substring(0, 9));
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
