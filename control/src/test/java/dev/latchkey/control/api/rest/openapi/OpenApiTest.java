package dev.latchkey.control.api.rest.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.control.api.rest.RestApi;
import dev.latchkey.v1.AccessServiceGrpc;
import dev.latchkey.v1.AuditEntry;
import dev.latchkey.v1.AuditServiceGrpc;
import dev.latchkey.v1.ExplainServiceGrpc;
import dev.latchkey.v1.ExplainStep;
import dev.latchkey.v1.GetCallerRequest;
import dev.latchkey.v1.IndexServiceGrpc;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.RebuildIndexRequest;
import dev.latchkey.v1.Scope;
import dev.latchkey.v1.ScopeServiceGrpc;
import dev.latchkey.v1.Workspace;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.grpc.BindableService;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The document of all services that the protos have. */
class OpenApiTest {
    private static final String TEXT = new RestApi(
                    Stream.<BindableService>of(
                                    new KeyServiceGrpc.KeyServiceImplBase() {},
                                    new WorkspaceServiceGrpc.WorkspaceServiceImplBase() {},
                                    new ExplainServiceGrpc.ExplainServiceImplBase() {},
                                    new AuditServiceGrpc.AuditServiceImplBase() {},
                                    new IndexServiceGrpc.IndexServiceImplBase() {},
                                    new ScopeServiceGrpc.ScopeServiceImplBase() {},
                                    new AccessServiceGrpc.AccessServiceImplBase() {})
                            .map(BindableService::bindService)
                            .toList(),
                    new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey"))
            .openApi();

    private static final JsonNode DOCUMENT = tree(TEXT);

    static Stream<MethodDescriptor> methods() {
        return Stream.of(
                        Key.getDescriptor(),
                        Workspace.getDescriptor(),
                        ExplainStep.getDescriptor(),
                        AuditEntry.getDescriptor(),
                        RebuildIndexRequest.getDescriptor(),
                        Scope.getDescriptor(),
                        GetCallerRequest.getDescriptor())
                .flatMap(message -> message.getFile().getServices().stream())
                .flatMap(service -> service.getMethods().stream());
    }

    @Test
    void document_isOpenApi31WithoutAFault() {
        SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(TEXT);

        assertThat(parsed.getMessages()).isEmpty();
        OpenAPI document = parsed.getOpenAPI();
        assertThat(document.getOpenapi()).isEqualTo("3.1.0");
        assertThat(document.getPaths().values().stream()
                        .mapToInt(path -> path.readOperations().size())
                        .sum())
                .isEqualTo((int) methods().count());
    }

    @Test
    void document_pointsOnlyAtWhatItHas() {
        List<String> references = DOCUMENT.findValuesAsText("$ref");

        assertThat(references)
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                DOCUMENT.at(reference.substring(1)).isObject())
                        .as(reference)
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void operation_ofEveryRpc_isWhereItsRuleSays(MethodDescriptor method) {
        JsonNode operation = operation(method);

        assertThat(operation.get("operationId").textValue()).isEqualToIgnoringCase(method.getName());
        assertThat(operation.get("responses").fieldNames())
                .toIterable()
                .contains("200", "400", "401", "403", "500", "503");
        assertThat(operation
                        .at("/responses/200/content/application~1json/schema/$ref")
                        .textValue())
                .isEqualTo("#/components/schemas/" + method.getOutputType().getName());
        assertThat(operation.get("x-latchkey-roles").size()).isBetween(1, 3);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void operation_ofEveryRpc_takesEveryFieldOfTheRequestOnce(MethodDescriptor method) {
        JsonNode operation = operation(method);
        List<String> taken = new ArrayList<>();
        operation
                .path("parameters")
                .forEach(parameter -> taken.add(parameter.get("name").textValue()));
        String body = operation
                .at("/requestBody/content/application~1json/schema/$ref")
                .asText();
        if (!body.isEmpty()) {
            DOCUMENT.at(body.substring(1) + "/properties").fieldNames().forEachRemaining(taken::add);
            assertThat(DOCUMENT.at(body.substring(1) + "/additionalProperties").booleanValue())
                    .isFalse();
        }

        assertThat(taken)
                .containsExactlyInAnyOrderElementsOf(method.getInputType().getFields().stream()
                        .map(field -> field.getName())
                        .toList());
    }

    /** Requests that keep to the schema are refused for what is stored, not for their form. */
    @Test
    void requests_limits_areInTheSchema() {
        JsonNode create = DOCUMENT.at("/paths/~1v1~1workspaces/post/requestBody");
        JsonNode purge = DOCUMENT.at("/paths/~1v1~1workspaces~1{workspace}~1keys:purge/post/requestBody");

        assertThat(create.get("required").booleanValue()).isTrue();
        assertThat(purge.has("required")).isFalse();
        assertThat("-5s")
                .doesNotMatch(property(purge, "older_than").get("pattern").textValue());
        assertThat("30s").matches(property(purge, "older_than").get("pattern").textValue());
        JsonNode key = DOCUMENT.at("/paths/~1v1~1workspaces~1{workspace}~1keys/post/requestBody");
        assertThat(property(key, "scopes").at("/items/minLength").intValue()).isEqualTo(1);
    }

    private static JsonNode property(JsonNode body, String name) {
        JsonNode schema = body.at("/content/application~1json/schema");
        JsonNode target =
                schema.has("$ref") ? DOCUMENT.at(schema.get("$ref").textValue().substring(1)) : schema;
        return target.at("/properties/" + name);
    }

    @Test
    void comments_ofTheProtos_areDescriptions() {
        assertThat(DOCUMENT.at("/components/schemas/Key/properties/start/description")
                        .textValue())
                .isEqualTo("The first 13 characters of the secret, to recognise it by.");
        assertThat(DOCUMENT.at("/components/schemas/Environment/description").textValue())
                .contains("`live`: Production data; keys start with `opt_live_`.");
        JsonNode list = DOCUMENT.at("/paths/~1v1~1workspaces~1{workspace}~1keys/get");
        assertThat(list.get("summary").textValue())
                .isEqualTo("Lists the keys of a workspace, oldest first if no other order is asked for.");
        assertThat(list.at("/parameters/1/description").textValue()).isEqualTo("1 to 1000; 0 means 100.");
        assertThat(list.get("description").textValue()).endsWith("reader or manager or operator.");
    }

    @Test
    void roles_areThoseOfTheAccessOption() {
        assertThat(DOCUMENT.at("/paths/~1v1~1workspaces/post/x-latchkey-roles")).hasToString("[\"operator\"]");
        assertThat(DOCUMENT.at("/paths/~1v1~1keys:revoke/post/x-latchkey-roles"))
                .hasToString("[\"manager\",\"operator\"]");
    }

    private static JsonNode operation(MethodDescriptor method) {
        HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
        String path = String.valueOf(rule.getField(rule.getDescriptorForType()
                .findFieldByNumber(rule.getPatternCase().getNumber())));
        JsonNode operation = DOCUMENT.get("paths")
                .path(path)
                .path(rule.getPatternCase().name().toLowerCase(Locale.ROOT));
        assertThat(operation.isObject()).as(path).isTrue();
        return operation;
    }

    private static JsonNode tree(String text) {
        try {
            return new JsonMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
