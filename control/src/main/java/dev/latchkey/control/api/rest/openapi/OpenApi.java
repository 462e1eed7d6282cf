package dev.latchkey.control.api.rest.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.latchkey.control.api.rest.json.RestMethod;
import dev.latchkey.control.api.rest.problem.ProblemKind;
import dev.latchkey.control.api.rest.problem.ProblemSchema;
import dev.latchkey.v1.Access;
import dev.latchkey.v1.AccessOuterClass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A generator of the OpenAPI 3.1 document of the REST API, from the protos, their comments and their options.
 *
 * <p>This class is not thread-safe.
 */
public final class OpenApi {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String PROBLEM = "application/problem+json";

    private final ProtoComments comments = ProtoComments.load();
    private final OpenApiSchemas schemas = new OpenApiSchemas(comments);
    private final Set<ProblemKind> answered = new LinkedHashSet<>();

    private OpenApi() {}

    /** Returns the document that describes {@code methods}. */
    public static ObjectNode of(Collection<RestMethod> methods) {
        return new OpenApi().document(methods);
    }

    private ObjectNode document(Collection<RestMethod> methods) {
        ObjectNode document = NODES.objectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Latchkey control plane")
                .put("version", "v1")
                .put(
                        "description",
                        "The life of API keys and workspaces. The same calls as the gRPC services latchkey.v1.");
        document.putArray("security").addObject().putArray("bearer");
        tags(methods, document.putArray("tags"));
        ObjectNode paths = document.putObject("paths");
        methods.forEach(method -> paths.withObjectProperty(method.template())
                .set(method.httpMethod().name().toLowerCase(Locale.ROOT), operation(method)));
        ObjectNode components = document.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "An admin token, as `latchkey token generate` makes it.");
        ObjectNode responses = components.putObject("responses");
        answered.forEach(kind -> problem(kind, responses.putObject(kind.name())));
        components.set("schemas", ProblemSchema.addTo(schemas.all()));
        return document;
    }

    private void tags(Collection<RestMethod> methods, ArrayNode tags) {
        Set<ServiceDescriptor> services = new LinkedHashSet<>();
        methods.forEach(method -> services.add(method.descriptor().getService()));
        services.forEach(service ->
                tags.addObject().put("name", service.getName()).put("description", comments.of(service.getFullName())));
    }

    private ObjectNode operation(RestMethod method) {
        String comment = comments.of(method.descriptor().getFullName());
        List<String> roles = roles(method);
        String needed = "Needs an admin token with the role " + String.join(" or ", roles) + ".";
        ObjectNode operation = NODES.objectNode();
        operation.putArray("tags").add(method.descriptor().getService().getName());
        String name = method.descriptor().getName();
        operation
                .put("operationId", name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1))
                .put("summary", comment.split("(?<=[.;:])\\s", 2)[0])
                .put("description", comment.isEmpty() ? needed : comment + "\n\n" + needed);
        roles.forEach(operation.putArray("x-latchkey-roles")::add);
        parameters(method, operation);
        if (method.takesBody()) {
            ObjectNode body = operation.putObject("requestBody");
            if (!RequestLimits.required(method.descriptor().getInputType()).isEmpty()) {
                body.put("required", true);
            }
            body.putObject("content")
                    .putObject("application/json")
                    .set("schema", schemas.request(method.descriptor().getInputType(), method.variables()));
        }
        responses(method, operation.putObject("responses"));
        return operation;
    }

    private void parameters(RestMethod method, ObjectNode operation) {
        ArrayNode parameters = NODES.arrayNode();
        for (FieldDescriptor field : method.descriptor().getInputType().getFields()) {
            boolean inPath = method.variables().contains(field.getName());
            if (inPath || !method.takesBody()) {
                ObjectNode parameter = parameters
                        .addObject()
                        .put("name", field.getName())
                        .put("in", inPath ? "path" : "query")
                        .put("required", inPath);
                if (!schemas.comment(field).isEmpty()) {
                    parameter.put("description", schemas.comment(field));
                }
                parameter.set("schema", schemas.parameter(field));
            }
        }
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
    }

    private void responses(RestMethod method, ObjectNode responses) {
        responses
                .putObject("200")
                .put("description", "Done.")
                .putObject("content")
                .putObject("application/json")
                .set("schema", schemas.answer(method.descriptor().getOutputType()));
        for (ProblemKind kind : problems(method)) {
            answered.add(kind);
            responses.putObject(Integer.toString(kind.status())).put("$ref", "#/components/responses/" + kind.name());
        }
    }

    private static List<ProblemKind> problems(RestMethod method) {
        List<ProblemKind> problems = new ArrayList<>(
                List.of(ProblemKind.INVALID_ARGUMENT, ProblemKind.UNAUTHENTICATED, ProblemKind.PERMISSION_DENIED));
        boolean changes = access(method) != Access.READ;
        problems.add(ProblemKind.NOT_FOUND);
        problems.add(ProblemKind.METHOD_NOT_ALLOWED);
        problems.add(ProblemKind.URI_TOO_LONG);
        add(problems, changes, ProblemKind.ABORTED);
        add(problems, method.takesBody(), ProblemKind.CONTENT_TOO_LARGE);
        add(problems, method.takesBody(), ProblemKind.UNSUPPORTED_MEDIA_TYPE);
        problems.add(ProblemKind.INTERNAL);
        problems.add(ProblemKind.UNAVAILABLE);
        add(problems, changes, ProblemKind.RESOURCE_EXHAUSTED);
        return problems;
    }

    private static void add(List<ProblemKind> problems, boolean possible, ProblemKind problem) {
        if (possible) {
            problems.add(problem);
        }
    }

    private static void problem(ProblemKind kind, ObjectNode response) {
        response.put("description", kind.title() + ".");
        response.putObject("content")
                .putObject(PROBLEM)
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + ProblemSchema.NAME);
    }

    private static Access access(RestMethod method) {
        return method.descriptor().getOptions().getExtension(AccessOuterClass.access);
    }

    private static List<String> roles(RestMethod method) {
        return switch (access(method)) {
            case READ -> List.of("reader", "manager", "operator");
            case MANAGE -> List.of("manager", "operator");
            case OPERATE -> List.of("operator");
            default -> throw new IllegalArgumentException(method.descriptor().getFullName() + ": no access option");
        };
    }
}
