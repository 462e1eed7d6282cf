package dev.latchkey.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyToImport;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.UpdateKeyRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is explicitly empty never means a default, everything or no change; and whatever is wrong is said at once. */
class ExplicitValuesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEYS = "/v1/workspaces/ws_1/keys";
    private static final String SECRET = "opt_live_0000000000000000000000000000000046uziL";

    private static RunningControlPlane control;

    private Key key = Key.getDefaultInstance();

    @BeforeAll
    static void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    @BeforeEach
    void createKey() {
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
        key = control.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setName("CRM")
                        .addScopes("cases:read")
                        .addScopes("cases:write")
                        .build())
                .getKey();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'scopes':[]}                                  | scopes",
                "{'name':'Other','scopes':[]}                   | scopes",
                "{'name':''}                                    | name",
                "{'name':'','scopes':['cases:read']}            | name",
                "{'scopes':null}                                | scopes",
                "{'name':'Other','expire_time':null}            | expire_time",
                "{}                                             | name",
                "{'update_mask':'scopes'}                       | scopes",
                "{'update_mask':'scopes','scopes':[]}           | scopes",
                "{'update_mask':'name','scopes':['cases:read'],'name':'b'} | scopes",
                "{'update_mask':'state','name':'b'}             | update_mask,name",
                "{'update_mask':''}                             | update_mask",
            })
    void patch_explicitlyEmpty_isRefusedAndNothingIsChanged(String body, String fields) {
        AggregatedHttpResponse answer = send(HttpMethod.PATCH, KEYS + "/" + key.getId(), json(body));

        assertThat(fields(answer)).containsExactly(fields.split(","));
        assertThat(json(send(HttpMethod.GET, KEYS + "/" + key.getId(), ""))
                        .at("/key/name")
                        .textValue())
                .isEqualTo("CRM");
    }

    @Test
    void patch_fieldsOfItsMask_areChanged() {
        AggregatedHttpResponse answer = send(
                HttpMethod.PATCH,
                KEYS + "/" + key.getId(),
                json("{'update_mask':'scopes,name','name':'B','scopes':['cases:read']}"));

        assertThat(json(answer).at("/key/name").textValue()).isEqualTo("B");
        assertThat(json(answer).at("/key/scopes").toString()).isEqualTo("[\"cases:read\"]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                KEYS + "?name=",
                KEYS + "?order_by=",
                KEYS + "?state=",
                KEYS + "?expiring_in=",
                "/v1/workspaces/ws_1/audit?key=",
                "/v1/workspaces/ws_1/audit?actor=",
                "/v1/workspaces/ws_1/audit?action=",
                "/v1/workspaces/ws_1/audit?start_time=",
            })
    void list_explicitlyEmptyFilter_isRefused(String path) {
        String field = path.substring(path.indexOf('?') + 1, path.length() - 1);

        assertThat(fields(send(HttpMethod.GET, path, ""))).containsExactly(field);
    }

    @Test
    void import_explicitlyEmptyScopesAndName_areRefusedInRest() {
        String body = json("{'scopes':['cases:read'],'keys':[{'secret':'" + SECRET + "','scopes':[],'name':''}]}");

        assertThat(fields(send(HttpMethod.POST, KEYS + ":import", body)))
                .containsExactlyInAnyOrder("keys[0].scopes", "keys[0].name");
    }

    @Test
    void grpc_explicitlyEmptyTexts_areRefused() {
        assertThat(fields(() -> control.keys()
                        .listKeys(ListKeysRequest.newBuilder()
                                .setWorkspace("ws_1")
                                .setName("")
                                .build())))
                .containsExactly("name");
        assertThat(fields(() -> control.keys()
                        .importKeys(ImportKeysRequest.newBuilder()
                                .setWorkspace("ws_1")
                                .addScopes("cases:read")
                                .addKeys(KeyToImport.newBuilder()
                                        .setSecret(SECRET)
                                        .setName(""))
                                .build())))
                .containsExactly("keys[0].name");
        assertThat(fields(() -> control.workspaces()
                        .createWorkspace(CreateWorkspaceRequest.newBuilder()
                                .setId("ws_3")
                                .setName("")
                                .build())))
                .containsExactly("name");
    }

    @Test
    void grpc_updateWhoseListOfScopesIsEmpty_isRefusedWhereAMaskNamesIt() {
        UpdateKeyRequest.Builder request =
                UpdateKeyRequest.newBuilder().setWorkspace("ws_1").setId(key.getId());
        assertThat(fields(() -> control.keys().updateKey(request.build())))
                .as("neither mask nor value")
                .containsExactly("name");

        request.setName("B")
                .setUpdateMask(FieldMask.newBuilder().addPaths("name").addPaths("scopes"));
        assertThat(fields(() -> control.keys().updateKey(request.build()))).containsExactly("scopes");

        request.addScopes("cases:read");
        assertThat(control.keys().updateKey(request.build()).getKey().getScopesList())
                .containsExactly("cases:read");
    }

    @Test
    void rest_wrongValuesOfEveryKind_areSaidAtOnceAndNothingIsMade() {
        List<String> before = ids();
        AggregatedHttpResponse answer = send(
                HttpMethod.POST,
                KEYS,
                json("{'name':'','environment':'prod','scopes':['cases:read','case:read',7],'expire_time':'tomorrow',"
                        + "'request_id':'a b','nonsense':1}"));

        assertThat(fields(answer))
                .containsExactlyInAnyOrder(
                        "name", "environment", "scopes[1]", "scopes[2]", "expire_time", "request_id", "nonsense");
        assertThat(ids()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET   | ?state=prod&page_size=x&page_token=%21&order_by=age&expiring_in=90d | | "
                        + "state,page_size,page_token,order_by,expiring_in",
                "POST  | /K:rotate  | {'overlap':'1d','lifetime':'-1s','request_id':'!'} | overlap,lifetime,request_id",
                "POST  | /K:revoke  | {'reason':7,'request_id':'!'} | reason,request_id",
                "PATCH | /K         | {'scopes':'cases:read','name':7,'lifetime':'-1s'} | scopes,name,lifetime",
                "POST  | :import    | {'keys':7,'scopes':['cases:reed'],'request_id':'!'} | keys,scopes[0],request_id",
                "POST  | :revokeAll | {'reasn':'','request_id':'!'} | reasn,request_id",
            })
    void rest_wrongValuesOfAnyCall_areSaidAtOnce(String method, String path, String body, String fields) {
        AggregatedHttpResponse answer =
                send(HttpMethod.valueOf(method), KEYS + path.replace("K", key.getId()), body == null ? "" : json(body));

        assertThat(fields(answer)).containsExactlyInAnyOrder(fields.split(","));
        assertThat(json(send(HttpMethod.GET, KEYS + "/" + key.getId(), ""))
                        .at("/key/state")
                        .textValue())
                .isEqualTo("active");
    }

    @Test
    void rest_callWithoutRules_isRefusedForWhatItDoesNotKnow() {
        assertThat(fields(send(HttpMethod.GET, "/v1/scopes?name=a", ""))).containsExactly("name");
        assertThat(fields(send(HttpMethod.POST, "/v1:explain", json("{'method':'GET','path':'/','preflight':'yes'}"))))
                .containsExactly("preflight");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u00a0b", "a\u200bb", "a\u3164b", "\ufeffab", "a\u202eb", "e\u0301\u0301\u0301\u0301"})
    void nameOrReason_withWhatDoesNotShow_isRefusedAndShownEscaped(String text) {
        String body = JSON.createObjectNode().put("name", text).toString();
        AggregatedHttpResponse renamed = send(HttpMethod.PATCH, KEYS + "/" + key.getId(), body);
        assertThat(fields(renamed)).containsExactly("name");
        assertThat(renamed.contentUtf8()).contains("\\\\u").doesNotContain(text);

        assertThat(fields(send(HttpMethod.POST, "/v1/workspaces", "{\"id\":\"ws_9\"," + body.substring(1))))
                .containsExactly("name");
        assertThat(fields(send(
                        HttpMethod.POST,
                        KEYS + "/" + key.getId() + ":revoke",
                        JSON.createObjectNode().put("reason", text).toString())))
                .containsExactly("reason");
        assertThat(fields(send(HttpMethod.GET, KEYS + "?name=" + URLEncoder.encode(text, UTF_8), "")))
                .containsExactly("name");
    }

    private static List<String> ids() {
        return json(send(HttpMethod.GET, KEYS + "?show_all=true&page_size=1000", ""))
                .findValuesAsText("id");
    }

    private static List<String> fields(AggregatedHttpResponse answer) {
        assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(400);
        return tree(answer).get("violations").findValuesAsText("field");
    }

    private static List<String> fields(Runnable call) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::run);
        try {
            return StatusProto.fromThrowable(refused)
                    .getDetails(0)
                    .unpack(BadRequest.class)
                    .getFieldViolationsList()
                    .stream()
                    .map(FieldViolation::getField)
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static JsonNode json(AggregatedHttpResponse answer) {
        assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(200);
        return tree(answer);
    }

    private static JsonNode tree(AggregatedHttpResponse answer) {
        try {
            return JSON.readTree(answer.contentUtf8());
        } catch (IOException e) {
            throw new AssertionError(answer.contentUtf8(), e);
        }
    }

    private static AggregatedHttpResponse send(HttpMethod method, String path, String body) {
        RequestHeadersBuilder headers = RequestHeaders.builder(method, path)
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + RunningControlPlane.ALICE);
        if (!body.isEmpty()) {
            headers.contentType(MediaType.JSON);
        }
        return WebClient.of("h1c://127.0.0.1:" + control.plane.port())
                .execute(headers.build(), body)
                .aggregate()
                .join();
    }
}
