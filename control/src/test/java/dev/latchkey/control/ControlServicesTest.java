package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.ActivateWorkspaceRequest;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.GetWorkspaceRequest;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ImportOutcome;
import dev.latchkey.v1.ImportResult;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.KeyToImport;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.ListWorkspacesRequest;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.Workspace;
import dev.latchkey.v1.WorkspaceState;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The services as a client sees them: through a gRPC channel, on a real Redis. */
class ControlServicesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

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
    void createWorkspace() {
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
    }

    @Test
    void createKey_soundRequest_isAnsweredInFull() {
        CreateKeyResponse created =
                create(request().setLifetime(Duration.newBuilder().setSeconds(90)));

        Key key = created.getKey();
        assertThat(created.getSecret())
                .startsWith("opt_live_")
                .startsWith(key.getStart())
                .hasSize(47);
        assertThat(key)
                .isEqualTo(Key.newBuilder()
                        .setId(key.getId())
                        .setWorkspace("ws_1")
                        .setName("CRM Integration")
                        .setEnvironment(Environment.LIVE)
                        .addScopes("cases:write")
                        .addScopes("cases:read")
                        .setState(KeyState.ACTIVE)
                        .setStart(key.getStart())
                        .setPepperVersion(1)
                        .setCreateTime(now())
                        .setExpireTime(now().toBuilder().setSeconds(now().getSeconds() + 90))
                        .build());
        assertThat(control.keys()
                        .getKey(GetKeyRequest.newBuilder()
                                .setWorkspace("-")
                                .setId(key.getId())
                                .build())
                        .getKey())
                .isEqualTo(key);
    }

    @Test
    void createKey_testEnvironmentAndExpireTime_areKept() {
        Timestamp expiry = now().toBuilder().setSeconds(now().getSeconds() + 1).build();
        CreateKeyResponse created =
                create(request().setEnvironment(Environment.TEST).setExpireTime(expiry));

        assertThat(created.getSecret()).startsWith("opt_test_");
        assertThat(created.getKey().getExpireTime()).isEqualTo(expiry);
    }

    @Test
    void importKeys_goodWrongAndAgain_areAnsweredInTheirOrder() {
        String secret = "opt_test_abcdefghijklmnopqrstuvwxyzABCDEF2fAOYI";
        ImportKeysRequest request = ImportKeysRequest.newBuilder()
                .setWorkspace("ws_1")
                .addScopes("cases:read")
                .addKeys(KeyToImport.newBuilder()
                        .setSecret(secret)
                        .setName("CRM")
                        .addScopes("cases:write")
                        .setLifetime(Duration.newBuilder().setSeconds(90)))
                .addKeys(KeyToImport.newBuilder().setSecret(secret).setExpireTime(now()))
                .addKeys(KeyToImport.newBuilder().setSecret(secret))
                .build();

        List<ImportResult> results = control.keys().importKeys(request).getResultsList();

        assertThat(results)
                .extracting(ImportResult::getOutcome)
                .containsExactly(ImportOutcome.IMPORTED, ImportOutcome.REFUSED, ImportOutcome.EXISTED);
        Key key = results.get(0).getKey();
        assertThat(key)
                .isEqualTo(Key.newBuilder()
                        .setId(key.getId())
                        .setWorkspace("ws_1")
                        .setName("CRM")
                        .setEnvironment(Environment.TEST)
                        .addScopes("cases:write")
                        .setState(KeyState.ACTIVE)
                        .setStart("opt_test_abcd")
                        .setPepperVersion(1)
                        .setCreateTime(now())
                        .setExpireTime(now().toBuilder().setSeconds(now().getSeconds() + 90))
                        .build());
        assertThat(results.get(1).hasKey()).isFalse();
        assertThat(results.get(1).getViolationsList()).singleElement().satisfies(violation -> {
            assertThat(violation.getField()).isEqualTo("expire_time");
            assertThat(violation.getExpected()).startsWith("later than now");
        });
        assertThat(results.get(2).getKey()).isEqualTo(key);
    }

    @Test
    void keyLife_createListExpireRevoke_isShownAsItIs() {
        Instant used = control.clock.instant();
        Timestamp usedTime = now();
        Key first = create(request()).getKey();
        control.clock.advance(java.time.Duration.ofMillis(1));
        Key second = create(request().setLifetime(Duration.newBuilder().setSeconds(60)))
                .getKey();
        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) used.toEpochMilli(), second.getId());
        control.clock.advance(java.time.Duration.ofSeconds(60));
        Key revoked = control.keys()
                .revokeKey(RevokeKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId(first.getId())
                        .setReason("leaked")
                        .build())
                .getKey();

        assertThat(revoked)
                .isEqualTo(first.toBuilder()
                        .setState(KeyState.REVOKED)
                        .setRevokeTime(now())
                        .build());
        assertThat(list(0, "", false).getKeysList()).isEmpty();
        ListKeysResponse page = list(1, "", true);
        assertThat(page.getKeysList()).containsExactly(revoked);
        assertThat(list(1, page.getNextPageToken(), true))
                .isEqualTo(ListKeysResponse.newBuilder()
                        .addKeys(second.toBuilder().setState(KeyState.EXPIRED).setLastUsedTime(usedTime))
                        .build());
    }

    @Test
    void workspaceLife_createDeactivateActivateList_isShownAsItIs() {
        Workspace created = control.workspaces()
                .createWorkspace(CreateWorkspaceRequest.newBuilder()
                        .setId("ws_2")
                        .setName("Two")
                        .build())
                .getWorkspace();
        assertThat(created)
                .isEqualTo(Workspace.newBuilder()
                        .setId("ws_2")
                        .setName("Two")
                        .setState(WorkspaceState.WORKSPACE_ACTIVE)
                        .setCreateTime(now())
                        .build());
        Workspace inactive = control.workspaces()
                .deactivateWorkspace(
                        DeactivateWorkspaceRequest.newBuilder().setId("ws_2").build())
                .getWorkspace();
        assertThat(inactive.getState()).isEqualTo(WorkspaceState.WORKSPACE_INACTIVE);
        assertThat(REDIS.commands().hget("latchkey:workspace:ws_2", "state")).isEqualTo("inactive");
        assertThat(control.workspaces()
                        .listWorkspaces(ListWorkspacesRequest.getDefaultInstance())
                        .getWorkspacesList())
                .extracting(Workspace::getId)
                .containsExactly("ws_1", "ws_2");
        assertThat(control.workspaces()
                        .activateWorkspace(ActivateWorkspaceRequest.newBuilder()
                                .setId("ws_2")
                                .build())
                        .getWorkspace())
                .isEqualTo(created);
        assertThat(control.workspaces()
                        .getWorkspace(
                                GetWorkspaceRequest.newBuilder().setId("ws_2").build())
                        .getWorkspace())
                .isEqualTo(created);
    }

    @Test
    void changes_ofTwoTokens_areAuditedUnderTheirNames() {
        Key key = create(request()).getKey();
        control.keys(RunningControlPlane.authorization("Bearer " + RunningControlPlane.BOB))
                .revokeKey(RevokeKeyRequest.newBuilder()
                        .setWorkspace("-")
                        .setId(key.getId())
                        .setReason("leaked")
                        .build());

        assertThat(REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", io.lettuce.core.Range.unbounded()))
                .extracting(entry ->
                        entry.getBody().get("actor") + " " + entry.getBody().get("action"))
                .containsExactly("alice workspace.create", "alice key.create", "bob key.revoke");
    }

    @Test
    void createKey_callerGivesUpBeforeTheAnswer_leavesNoKeyThatWorks() {
        // On a busy machine the deadline may pass before the call has begun; then there is nothing to see yet.
        Awaitility.await().until(() -> {
            createAndGiveUp();
            return !list(0, "", true).getKeysList().isEmpty();
        });

        Awaitility.await()
                .untilAsserted(() -> assertThat(list(0, "", true).getKeysList())
                        .isNotEmpty()
                        .extracting(Key::getState)
                        .containsOnly(KeyState.REVOKED));
        assertThat(REDIS.commands().keys("latchkey:key:*"))
                .isNotEmpty()
                .allSatisfy(
                        key -> assertThat(REDIS.commands().hget(key, "state")).isEqualTo("revoked"));
    }

    @Test
    void callsOfOneReader_moreThanItsShare_areRefusedAndThenTakenAgain() {
        Awaitility.await().until(() -> refusedForTheirNumber(RunningControlPlane.ROB) > 0);
        assertThat(refusedForTheirNumber(RunningControlPlane.ALICE)).isZero();

        var reader = control.keys(RunningControlPlane.authorization("Bearer " + RunningControlPlane.ROB));
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> reader.listKeys(ListKeysRequest.newBuilder()
                                .setWorkspace("ws_1")
                                .build())
                        .getKeysList()
                        .isEmpty());
    }

    /** Asks forty times at once while Redis does not answer. */
    private long refusedForTheirNumber(String token) {
        REDIS.commands()
                .dispatch(
                        CommandType.CLIENT,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8)
                                .add("PAUSE")
                                .add(500)
                                .add("ALL"));
        var calls = control.keysLater(RunningControlPlane.authorization("Bearer " + token));
        var answers = IntStream.range(0, 40)
                .mapToObj(i -> calls.listKeys(
                        ListKeysRequest.newBuilder().setWorkspace("ws_1").build()))
                .toList();
        return answers.stream()
                .filter(answer -> {
                    try {
                        answer.get();
                        return false;
                    } catch (ExecutionException e) {
                        return e.getCause().getMessage().contains("calls under way");
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .count();
    }

    private void createAndGiveUp() {
        REDIS.commands()
                .dispatch(
                        CommandType.CLIENT,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8)
                                .add("PAUSE")
                                .add(300)
                                .add("WRITE"));
        assertThatThrownBy(() -> control.keys()
                        .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                        .createKey(request().build()))
                .hasMessageContaining("DEADLINE_EXCEEDED");
    }

    static Stream<Arguments> credentials() {
        String token = RunningControlPlane.ALICE;
        return Stream.of(
                Arguments.of("none", new Metadata(), false),
                Arguments.of("empty", RunningControlPlane.authorization(""), false),
                Arguments.of("another scheme", RunningControlPlane.authorization("Basic " + token), false),
                Arguments.of("no scheme", RunningControlPlane.authorization(token), false),
                Arguments.of("a wrong token", RunningControlPlane.authorization("Bearer wrong"), false),
                Arguments.of(
                        "all but the last character",
                        RunningControlPlane.authorization("Bearer " + token.substring(0, token.length() - 1)),
                        false),
                Arguments.of("one character more", RunningControlPlane.authorization("Bearer " + token + "0"), false),
                Arguments.of(
                        "the hash itself",
                        RunningControlPlane.authorization("Bearer " + dev.latchkey.config.AdminToken.hash(token)),
                        false),
                Arguments.of("two tokens", RunningControlPlane.authorization("Bearer " + token + " x"), false),
                Arguments.of(
                        "a right one and a wrong one",
                        RunningControlPlane.authorization("Bearer " + token, "Bearer wrong"),
                        false),
                Arguments.of(
                        "a right one twice",
                        RunningControlPlane.authorization("Bearer " + token, "Bearer " + token),
                        false),
                Arguments.of("the first", RunningControlPlane.authorization("Bearer " + token), true),
                Arguments.of(
                        "the second", RunningControlPlane.authorization("Bearer " + RunningControlPlane.BOB), true),
                Arguments.of(
                        "the scheme in another case", RunningControlPlane.authorization("bEARER  " + token), true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("credentials")
    void call_withCredential_isLetThroughOrUnauthenticated(String row, Metadata headers, boolean accepted) {
        CreateKeyRequest request = request().build();
        if (accepted) {
            assertThat(control.keys(headers).createKey(request).getSecret()).isNotEmpty();
            return;
        }
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> control.keys(headers).createKey(request));
        assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(refused.getStatus().getDescription())
                .as("one and the same for all")
                .isEqualTo(
                        "this call needs an admin token (expected: metadata authorization: Bearer <token>, once, with a"
                                + " token whose hash is in the setting control.tokens)");
        assertThat(REDIS.commands().keys("latchkey:key:*")).isEmpty();
    }

    @Test
    void createKey_manyFieldsWrong_namesAllInTheDetails() throws Exception {
        StatusRuntimeException refused = refusal(c -> c.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws 1")
                        .setName("a\nb")
                        .setEnvironmentValue(7)
                        .addScopes("cases:raed")
                        .setExpireTime(Timestamp.newBuilder().setSeconds(1))
                        .build()));

        assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(violations(refused))
                .extracting(BadRequest.FieldViolation::getField, BadRequest.FieldViolation::getDescription)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "workspace",
                                "value: \"ws 1\" (expected: the id of a workspace: 1 to 64 letters, digits, _"
                                        + " and -, not - alone)"),
                        org.assertj.core.groups.Tuple.tuple(
                                "name",
                                "value: \"a\\u000ab\" (expected: 1 to 100 characters, not blank, no invisible"
                                        + " characters, no key)"),
                        org.assertj.core.groups.Tuple.tuple("environment", "value: 7 (expected: LIVE or TEST)"),
                        org.assertj.core.groups.Tuple.tuple(
                                "scopes[0]",
                                "value: \"cases:raed\" (expected: a scope of the policy, nearest: cases:read)"),
                        org.assertj.core.groups.Tuple.tuple(
                                "expire_time",
                                "value: 1970-01-01T00:00:01Z (expected: later than now, " + control.clock.instant()
                                        + ", and before the year 10000)"));
        assertThat(refused.getStatus().getDescription()).contains("workspace: value: ", "name: value: ");
    }

    /** The bounds of a manager's keys are the catalogue's and the workspace's, whatever a request says. */
    @Test
    void createKey_byAManagerForMore_isRefused() {
        var manager = control.keys(RunningControlPlane.authorization("Bearer " + RunningControlPlane.MIA));
        CreateKeyRequest sound = request().build();
        assertThat(manager.createKey(sound).getSecret()).isNotEmpty();

        assertThat(refusal(c -> manager.createKey(
                                sound.toBuilder().addScopes("admin:all").build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal(c -> manager.createKey(
                                sound.toBuilder().setWorkspace("ws_2").build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.PERMISSION_DENIED);
        assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(1);
    }

    @Test
    void call_withAnotherWorkspace_isRefusedInTheSameWordsWhetherItExistsOrNot() {
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_2").build());
        var reader = control.keys(RunningControlPlane.authorization("Bearer " + RunningControlPlane.ROB));

        for (String workspace : List.of("ws_2", "ws_9")) {
            StatusRuntimeException refused = refusal(c -> reader.listKeys(
                    ListKeysRequest.newBuilder().setWorkspace(workspace).build()));
            assertThat(refused.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
            assertThat(refused.getStatus().getDescription())
                    .isEqualTo("your token is for the workspace ws_1 and no other (expected: ws_1, or - for the"
                            + " same; given: \"" + workspace + "\")");
        }
        assertThat(control.get("/metrics").body()).contains("latchkey_control_refused_total{reason=\"workspace\"}");
    }

    @Test
    void createKey_thousandsOfWrongScopes_reportFitsIntoTheTrailers() throws Exception {
        StatusRuntimeException refused = refusal(c -> c.keys()
                .createKey(request()
                        .clearScopes()
                        .addAllScopes(Collections.nCopies(3000, "fälle:lesen"))
                        .build()));

        assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(violations(refused)).hasSizeGreaterThan(5);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refused(
                        "an unknown workspace",
                        Code.NOT_FOUND,
                        "ws_9",
                        c -> c.keys().createKey(request().setWorkspace("ws_9").build())),
                refused(
                        "a key that is not there",
                        Code.NOT_FOUND,
                        "list the workspace's keys",
                        c -> c.keys()
                                .getKey(GetKeyRequest.newBuilder()
                                        .setWorkspace("ws_1")
                                        .setId("key_1")
                                        .build())),
                refused(
                        "a revoke of a key that is not there",
                        Code.NOT_FOUND,
                        "list the workspace's keys",
                        c -> c.keys()
                                .revokeKey(RevokeKeyRequest.newBuilder()
                                        .setWorkspace("-")
                                        .setId("key_1")
                                        .build())),
                refused(
                        "a workspace that is not there",
                        Code.NOT_FOUND,
                        "create it, or list",
                        c -> c.workspaces()
                                .getWorkspace(GetWorkspaceRequest.newBuilder()
                                        .setId("ws_9")
                                        .build())),
                refused(
                        "a workspace that exists",
                        Code.ALREADY_EXISTS,
                        "choose another id",
                        c -> c.workspaces()
                                .createWorkspace(CreateWorkspaceRequest.newBuilder()
                                        .setId("ws_1")
                                        .build())),
                refused(
                        "a page of -1",
                        Code.INVALID_ARGUMENT,
                        "expected: 1 to 1000",
                        c -> c.keys()
                                .listKeys(ListKeysRequest.newBuilder()
                                        .setWorkspace("ws_1")
                                        .setPageSize(-1)
                                        .build())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void call_cannotBeDone_hasACodeAndSaysWhatToDo(
            String row, Code code, String text, Function<RunningControlPlane, Object> call) {
        StatusRuntimeException refused = refusal(call);
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
        assertThat(refused.getStatus().getDescription()).contains(text);
        assertThat(refused.getStatus().getDescription()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void call_messageTooLarge_isRefusedWithoutAStackTrace() {
        StatusRuntimeException refused = refusal(
                c -> c.keys().createKey(request().setName("n".repeat(100_000)).build()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refused.toString()).doesNotContain("\tat ");
    }

    @Test
    void call_ledgerRecordIsDamaged_isDataLossThatNamesIt() {
        Key key = create(request()).getKey();
        REDIS.commands().hset("latchkey:ledger:{ws_1}:records", key.getId(), "damage");
        StatusRuntimeException damaged = refusal(c -> c.keys()
                .getKey(GetKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId(key.getId())
                        .build()));
        assertThat(damaged.getStatus().getCode()).isEqualTo(Code.DATA_LOSS);
        assertThat(damaged.getStatus().getDescription()).contains(key.getId(), "backup");
    }

    private static Timestamp now() {
        Instant now = control.clock.instant();
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }

    private static CreateKeyRequest.Builder request() {
        return CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName("CRM Integration")
                .addScopes("cases:write")
                .addScopes("cases:read");
    }

    private CreateKeyResponse create(CreateKeyRequest.Builder request) {
        return control.keys().createKey(request.build());
    }

    private ListKeysResponse list(int size, String token, boolean all) {
        return control.keys()
                .listKeys(ListKeysRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setPageSize(size)
                        .setPageToken(token)
                        .setShowAll(all)
                        .build());
    }

    private StatusRuntimeException refusal(Function<RunningControlPlane, Object> call) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> call.apply(control));
    }

    private static Arguments refused(String row, Code code, String text, Function<RunningControlPlane, Object> call) {
        return Arguments.of(row, code, text, call);
    }

    private static List<BadRequest.FieldViolation> violations(StatusRuntimeException refused)
            throws InvalidProtocolBufferException {
        Any details = StatusProto.fromThrowable(refused).getDetails(0);
        return details.unpack(BadRequest.class).getFieldViolationsList();
    }
}
