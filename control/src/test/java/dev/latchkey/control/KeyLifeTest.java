package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.ListScopesRequest;
import dev.latchkey.v1.RevokeAllKeysRequest;
import dev.latchkey.v1.RevokeAllKeysResponse;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.Scope;
import dev.latchkey.v1.ScopeServiceGrpc;
import dev.latchkey.v1.UpdateKeyRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.lettuce.core.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Lists, changes, revokes of all, and the catalogue, as a client sees them: through a gRPC channel, on a real Redis.
 */
class KeyLifeTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final List<String> ORDERS = List.of("create_time", "name", "expire_time", "last_used_time");

    private static RunningControlPlane control;

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
    void createWorkspaces() {
        for (String id : List.of("ws_1", "ws_2")) {
            var unused = control.workspaces()
                    .createWorkspace(
                            CreateWorkspaceRequest.newBuilder().setId(id).build());
        }
    }

    @Test
    void listKeys_everyFilterAndOrder_isHeeded() {
        Key crm = create("CRM", 3600).getKey();
        Key batch = create("batch", 60).getKey();
        Key gone = create("crm gone", 60).getKey();
        var unused = control.keys()
                .revokeKey(RevokeKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId(gone.getId())
                        .build());

        assertThat(ids(query())).containsExactly(crm.getId(), batch.getId());
        assertThat(ids(query().setOrderBy("create_time desc"))).containsExactly(batch.getId(), crm.getId());
        assertThat(ids(query().setOrderBy("expire_time").setShowAll(true)))
                .containsExactly(batch.getId(), gone.getId(), crm.getId());
        assertThat(ids(query().setState(KeyState.REVOKED))).containsExactly(gone.getId());
        assertThat(ids(query().setName("crm").setShowAll(true))).containsExactly(crm.getId(), gone.getId());
        assertThat(ids(query().setExpiringIn(seconds(60)))).containsExactly(batch.getId());
    }

    @Test
    void listKeys_allIsWrong_namesAllInTheDetails() throws IOException {
        BadRequest details = refusal(() -> control.keys()
                .listKeys(ListKeysRequest.newBuilder()
                        .setPageSize(-1)
                        .setStateValue(9)
                        .setName("\n")
                        .setExpiringIn(seconds(0))
                        .setOrderBy("age")
                        .setPageToken("?")
                        .build()));
        assertThat(details.getFieldViolationsList())
                .extracting(BadRequest.FieldViolation::getField)
                .containsExactly("workspace", "page_size", "name", "state", "expiring_in", "order_by", "page_token");
        assertThat(details.getFieldViolations(3).getDescription())
                .isEqualTo("value: \"9\" (expected: ACTIVE or none, since expiring_in is about active keys)");
    }

    /** Whoever may read one workspace's keys learns neither a secret nor what a secret could be guessed against. */
    @Test
    void listKeys_everyAnswer_holdsNoSecretAndNoDigest() {
        List<String> secrets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            secrets.add(create("k" + i, 3600).getSecret());
        }
        List<Message> answers = new ArrayList<>();
        for (String order : ORDERS) {
            for (String direction : List.of("", " desc")) {
                for (boolean all : new boolean[] {true, false}) {
                    ListKeysRequest.Builder query =
                            query().setPageSize(1).setShowAll(all).setOrderBy(order + direction);
                    answers.addAll(pages(query));
                }
            }
        }

        assertThat(answers).hasSize(48);
        List<String> digests = REDIS.commands().keys("latchkey:key:*").stream()
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .toList();
        assertThat(digests).hasSize(3);
        for (Message answer : answers) {
            String bytes = new String(answer.toByteArray(), StandardCharsets.ISO_8859_1);
            String tokens = ((ListKeysResponse) answer).getNextPageToken();
            bytes += new String(Base64.getUrlDecoder().decode(tokens), StandardCharsets.ISO_8859_1);
            assertThat(bytes).contains("opt_live_");
            for (String secret : secrets) {
                assertThat(bytes).doesNotContain(secret.substring(13));
            }
            for (String digest : digests) {
                assertThat(bytes)
                        .doesNotContain(digest)
                        .doesNotContain(new String(Base64.getUrlDecoder().decode(digest), StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void listKeys_tokenOfAnotherWorkspace_isRefused() throws IOException {
        create("a", 60);
        create("b", 60);
        for (String order : ORDERS) {
            String token = control.keys()
                    .listKeys(query().setOrderBy(order).setPageSize(1).build())
                    .getNextPageToken();
            BadRequest details = refusal(() -> control.keys()
                    .listKeys(query().setWorkspace("ws_2")
                            .setOrderBy(order)
                            .setPageToken(token)
                            .build()));
            assertThat(details.getFieldViolationsList())
                    .extracting(BadRequest.FieldViolation::getField)
                    .containsExactly("page_token");
        }
    }

    @Test
    void updateKey_everything_isAnsweredAsItIsAndAudited() {
        Key key = create("CRM", 3600).getKey();
        Key changed = control.keys()
                .updateKey(UpdateKeyRequest.newBuilder()
                        .setWorkspace("-")
                        .setId(key.getId())
                        .setName("Other")
                        .addScopes("cases:read")
                        .setLifetime(seconds(60))
                        .setRequestId("r-1")
                        .build())
                .getKey();

        assertThat(changed)
                .isEqualTo(key.toBuilder()
                        .setName("Other")
                        .clearScopes()
                        .addScopes("cases:read")
                        .setExpireTime(key.getExpireTime().toBuilder()
                                .setSeconds(key.getExpireTime().getSeconds() - 3540))
                        .build());
        assertThat(REDIS.commands()
                        .xrevrange("latchkey:ledger:{ws_1}:audit", Range.unbounded())
                        .get(0)
                        .getBody())
                .containsEntry("action", "key.update")
                .containsEntry("request_id", "r-1");
    }

    @Test
    void updateKey_moreThanTheKeyHas_namesAllInTheDetails() throws IOException {
        Key key = create("CRM", 60).getKey();
        BadRequest details = refusal(() -> control.keys()
                .updateKey(UpdateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId(key.getId())
                        .addScopes("cases:all")
                        .setLifetime(seconds(61))
                        .build()));
        assertThat(details.getFieldViolationsList())
                .extracting(BadRequest.FieldViolation::getField, BadRequest.FieldViolation::getDescription)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "scopes[0]",
                                "value: \"cases:all\" (expected: a scope that the key has, nearest: cases:read)"),
                        org.assertj.core.groups.Tuple.tuple(
                                "lifetime",
                                "value: 61s (expected: an end not after the one that the key has, "
                                        + control.clock.instant().plusSeconds(60)
                                        + "; rotate the key for a longer life)"));
    }

    @Test
    void revokeAllKeys_ofOneWorkspace_saysHowManyAndIsAuditedForEach() {
        create("a", 60);
        create("b", 60);
        RevokeAllKeysRequest request = RevokeAllKeysRequest.newBuilder()
                .setWorkspace("ws_1")
                .setReason("laptop stolen")
                .setRequestId("r-2")
                .build();

        assertThat(control.keys().revokeAllKeys(request))
                .isEqualTo(RevokeAllKeysResponse.newBuilder()
                        .setRevoked(2)
                        .setDone(true)
                        .build());
        assertThat(ids(query())).isEmpty();
        assertThat(REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded()))
                .filteredOn(entry -> "r-2".equals(entry.getBody().get("request_id")))
                .allSatisfy(entry -> assertThat(entry.getBody()).containsEntry("reason", "laptop stolen"))
                .extracting(entry -> entry.getBody().get("action"))
                .containsExactly("workspace.revoke_all", "key.revoke", "key.revoke");
        assertThat(control.keys().revokeAllKeys(request).getRevoked()).isZero();
    }

    @Test
    void listScopes_catalogue_isInItsOrderWithDescriptions() {
        ScopeServiceGrpc.ScopeServiceBlockingStub scopes = ScopeServiceGrpc.newBlockingStub(control.channel);
        var known = scopes.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(
                RunningControlPlane.authorization("Bearer " + RunningControlPlane.ALICE)));

        assertThat(known.listScopes(ListScopesRequest.getDefaultInstance()).getScopesList())
                .containsExactly(
                        scope("cases:read", "Read case data", "GET /v1/cases"),
                        scope("cases:write", "Create and update cases", "POST /v1/cases"));
        assertThat(catchThrowableOfType(
                                StatusRuntimeException.class,
                                () -> scopes.listScopes(ListScopesRequest.getDefaultInstance()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.UNAUTHENTICATED);
    }

    private static BadRequest refusal(Supplier<Object> call) throws IOException {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::get);
        assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        com.google.rpc.Status status = StatusProto.fromThrowable(refused);
        assertThat(status).isNotNull();
        return status.getDetails(0).unpack(BadRequest.class);
    }

    private static List<ListKeysResponse> pages(ListKeysRequest.Builder query) {
        List<ListKeysResponse> pages = new ArrayList<>();
        do {
            pages.add(control.keys().listKeys(query.build()));
            query.setPageToken(pages.get(pages.size() - 1).getNextPageToken());
        } while (!query.getPageToken().isEmpty());
        return pages;
    }

    private static List<String> ids(ListKeysRequest.Builder query) {
        return pages(query).stream()
                .flatMap(page -> page.getKeysList().stream())
                .map(Key::getId)
                .toList();
    }

    private static ListKeysRequest.Builder query() {
        return ListKeysRequest.newBuilder().setWorkspace("ws_1");
    }

    private static CreateKeyResponse create(String name, long seconds) {
        control.clock.advance(java.time.Duration.ofMillis(1));
        return control.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setName(name)
                        .addScopes("cases:read")
                        .addScopes("cases:write")
                        .setLifetime(seconds(seconds))
                        .build());
    }

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    private static Scope scope(String name, String description, String example) {
        return Scope.newBuilder()
                .setName(name)
                .setDescription(description)
                .setExample(example)
                .build();
    }
}
