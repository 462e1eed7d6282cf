package dev.latchkey.control.api.rest.problem;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The schema of the documents that {@link ProblemResponses} writes. */
public final class ProblemSchema {
    public static final String NAME = "Problem";

    private static final List<String> REQUIRED = List.of("type", "title", "status", "code", "detail");

    private ProblemSchema() {}

    public static ObjectNode addTo(ObjectNode schemas) {
        ObjectNode problem = schemas.putObject(NAME)
                .put("type", "object")
                .put("description", "Why a call was not done (RFC 9457). It may have more members than these.");
        ObjectNode properties = problem.putObject("properties");
        text(properties, "type", "Names the kind of problem: a fixed part and the code.");
        text(properties, "title", "The kind of problem, for people.");
        properties.putObject("status").put("type", "integer").put("description", "The HTTP status.");
        text(properties, "code", "The kind of problem, for programs.");
        text(properties, "detail", "What went wrong this time and what to do; may be empty.");
        ObjectNode violations = properties
                .putObject("violations")
                .put("type", "array")
                .put("description", "Everything that is wrong with the request, at once.");
        violation(violations.putObject("items").put("type", "object"));
        REQUIRED.forEach(problem.putArray("required")::add);
        return schemas;
    }

    private static void violation(ObjectNode item) {
        ObjectNode properties = item.putObject("properties");
        text(properties, "field", "Where: a member or parameter, an element with its index, such as `scopes[1]`.");
        text(properties, "value", "What was given, shortened; never a key.");
        text(properties, "expected", "What would be right.");
        properties.fieldNames().forEachRemaining(item.putArray("required")::add);
    }

    private static void text(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }
}
