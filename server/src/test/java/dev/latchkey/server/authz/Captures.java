package dev.latchkey.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.policy.Policy;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The recorded requests in {@code envoy-captures/}, see its README. */
public final class Captures {
    private static final String FOLDER = "/envoy-captures/";

    private Captures() {}

    /** One recorded request; {@code name} is {@code version/variant/case}. */
    public record Capture(String testCase, String envoy, String variant, CheckRequest request) {
        @Override
        public String toString() {
            return envoy + "/" + variant + "/" + testCase;
        }
    }

    public static List<Capture> all() {
        List<Capture> captures = new ArrayList<>();
        for (JsonNode capture : index().get("captures")) {
            if (!capture.get("file").isNull()) {
                captures.add(new Capture(
                        capture.get("case").asText(),
                        capture.get("envoy").asText(),
                        capture.get("variant").asText(),
                        parse(capture.get("file").asText())));
            }
        }
        return captures;
    }

    /** Returns the policy under which the expected reasons hold. */
    public static Policy policy() {
        return Policy.parse(new String(read("policy.yaml"), StandardCharsets.UTF_8), "policy.yaml");
    }

    /** Returns the expected reason by {@code case} and {@code variant}. */
    public static Map<String, Map<String, String>> expected() {
        Map<String, Map<String, String>> expected = new HashMap<>();
        for (String line : new String(read("expected.tsv"), StandardCharsets.UTF_8).split("\n")) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] fields = line.split("\t");
                expected.computeIfAbsent(fields[0], name -> new HashMap<>()).put(fields[1], fields[2]);
            }
        }
        return expected;
    }

    /** Returns {@code index.json}. */
    public static JsonNode index() {
        try {
            return new ObjectMapper().readTree(read("index.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CheckRequest parse(String file) {
        try {
            return CheckRequest.parseFrom(read(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    private static byte[] read(String file) {
        try (InputStream in = Captures.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("no such file: " + FOLDER + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
