package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Runs every example of docs/api.md, in its order, against a real control plane, and compares each answer with the
 * page's.
 */
class ApiPageTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final Path PAGE = Path.of("../docs/api.md");
    private static final Path AS_IT_IS = Path.of("target/api.md");
    private static final Pattern EXAMPLE = Pattern.compile("```sh\n(.*?)```\n\n```json\n(.*?)```\n", Pattern.DOTALL);
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> variables = new HashMap<>();

    @Test
    void examples_ofThePage_answerWhatItShows() throws Exception {
        String page = Files.readString(PAGE);
        StringBuilder actual = new StringBuilder();
        try (RunningControlPlane control = new RunningControlPlane(REDIS.uri())) {
            Awaitility.await().until(control.plane::ready);
            // Explaining goes by Redis' clock if it is ahead.
            control.clock.advance(Duration.between(control.clock.instant(), Instant.now()));
            AnswerSchemas schemas =
                    new AnswerSchemas(JSON.readTree(control.get("/openapi.json").body()));
            variables.put("LATCHKEY_CONTROL", "http://127.0.0.1:" + control.plane.port());
            variables.put("LATCHKEY_TOKEN", RunningControlPlane.ALICE);
            Matcher example = EXAMPLE.matcher(page);
            while (example.find()) {
                String shown = "```sh\n" + example.group(1) + "```\n\n```json\n" + answer(example.group(1)) + "\n```\n";
                example.appendReplacement(actual, Matcher.quoteReplacement(shown));
            }
            example.appendTail(actual);
            schemas.paths()
                    .forEach(path ->
                            assertThat(page).contains("/" + path.getKey().substring(1)));
        }

        Files.writeString(AS_IT_IS, actual);
        assertThat(masked(actual.toString()))
                .as("%s (%s is as it should be)", PAGE, AS_IT_IS.toAbsolutePath())
                .isEqualTo(masked(page));
    }

    private String answer(String command) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("bash", "-c", command);
        shell.environment().putAll(variables);
        Process process = shell.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command).isZero();
        JsonNode answer = parsed(text);
        if (answer.path("secret").asText().startsWith("opt_")) {
            variables.putIfAbsent("ID", answer.at("/key/id").textValue());
            variables.putIfAbsent("SECRET", answer.get("secret").textValue());
        }
        return answer.toPrettyString();
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    /** What differs each time: ids, times, secrets and their start. */
    private static String masked(String page) {
        return page.replaceAll("key_[0-9a-z]{26}", "key_ID")
                .replaceAll("\\d{13}-\\d+", "ENTRY")
                .replaceAll("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z", "TIME")
                .replaceAll("(opt_(live|test)_)[0-9A-Za-z]{4,}", "$1SECRET");
    }
}
