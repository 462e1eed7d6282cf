package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Holds answers to the OpenAPI document that the control plane serves, and to nothing beside what it says. */
final class AnswerSchemas {
    private final ObjectNode document;

    AnswerSchemas(JsonNode served) {
        document = served.deepCopy();
        document.get("components").get("schemas").forEach(schema -> {
            if (schema.has("properties")) {
                ((ObjectNode) schema).put("additionalProperties", false);
            }
        });
    }

    /** Returns the paths, with variables in braces. */
    Iterable<Map.Entry<String, JsonNode>> paths() {
        return document.get("paths").properties();
    }

    /** Checks an answer of a path and method that the document has; others it says nothing about. */
    void check(String method, String target, int status, JsonNode body) {
        operation(method, target.replaceFirst("\\?.*", "")).ifPresent(operation -> {
            JsonNode response = operation.get("responses").path(Integer.toString(status));
            assertThat(response.isObject())
                    .as(method + " " + target + ": " + status)
                    .isTrue();
            if (response.has("$ref")) {
                response = document.at(response.get("$ref").textValue().substring(1));
            }
            JsonNode schema = response.get("content").elements().next().get("schema");
            assertThat(schema(schema)
                            .validate(
                                    body,
                                    context -> context.getExecutionConfig().setFormatAssertionsEnabled(true)))
                    .as(body.toString())
                    .isEmpty();
        });
    }

    private Optional<JsonNode> operation(String method, String path) {
        for (Map.Entry<String, JsonNode> entry : paths()) {
            String pattern = "\\Q" + entry.getKey().replaceAll("\\{[a-z]+}", "\\\\E[^/:]+\\\\Q") + "\\E";
            if (path.matches(pattern)) {
                return Optional.ofNullable(entry.getValue().get(method.toLowerCase(Locale.ROOT)));
            }
        }
        return Optional.empty();
    }

    private JsonSchema schema(JsonNode reference) {
        ObjectNode schema = reference.deepCopy();
        schema.set("components", document.get("components"));
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    }
}
