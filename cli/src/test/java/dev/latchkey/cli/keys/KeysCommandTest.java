package dev.latchkey.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.latchkey.cli.FakeControl;
import dev.latchkey.cli.Main;
import dev.latchkey.cli.Run;
import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.FindKeyRequest;
import dev.latchkey.v1.FindKeyResponse;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.GetKeyResponse;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.RevokeKeyResponse;
import dev.latchkey.v1.RevokeLeakedKeyRequest;
import dev.latchkey.v1.RevokeLeakedKeyResponse;
import dev.latchkey.v1.RotateKeyResponse;
import dev.latchkey.v1.UpdateKeyRequest;
import dev.latchkey.v1.UpdateKeyResponse;
import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysCommandTest {
    private static final String SECRET = "opt_live_0000000000000000000000000000000046uziL";
    private static final Key KEY = Key.newBuilder()
            .setId("key_1")
            .setWorkspace("ws_1")
            .setName("CRM Integration")
            .setEnvironment(Environment.LIVE)
            .addScopes("cases:read")
            .addScopes("cases:write")
            .setState(KeyState.ACTIVE)
            .setStart("opt_live_0000")
            .setCreateTime(time("2026-11-25T04:57:45.378Z"))
            .setExpireTime(time("2027-01-31T00:00:00Z"))
            .setPepperVersion(2)
            .build();
    private static final Key OTHER = Key.newBuilder()
            .setId("key_2")
            .setWorkspace("ws_1")
            .setName("Old")
            .setEnvironment(Environment.TEST)
            .setState(KeyState.REVOKED)
            .setStart("opt_test_aaaa")
            .setCreateTime(time("2026-01-01T00:00:00Z"))
            .setLastUsedTime(time("2026-06-01T12:30:00Z"))
            .setPepperVersion(1)
            .build();

    private final FakeControl control;

    KeysCommandTest() throws IOException {
        control = new FakeControl();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void create_everyOption_isSent() {
        control.answer(created(), created());

        Run in = control.run(
                "keys",
                "create",
                "--workspace",
                "ws_1",
                "--name",
                "CRM Integration",
                "--scope",
                "cases:read",
                "--scope",
                "cases:write",
                "--environment",
                "test",
                "--expires-in",
                "90d");
        Run at = control.run(
                "keys",
                "create",
                "--workspace=ws_1",
                "--name=é",
                "--scope=cases:read",
                "--expires-at=2027-01-31T01:00:00.5+01:00");

        assertThat(in.status()).isZero();
        assertThat(at.status()).isZero();
        assertThat(control.requestIds()).doesNotContain("").doesNotHaveDuplicates();
        assertThat(control.requestsWithoutMadeUpIds())
                .containsExactly(
                        CreateKeyRequest.newBuilder()
                                .setWorkspace("ws_1")
                                .setName("CRM Integration")
                                .addScopes("cases:read")
                                .addScopes("cases:write")
                                .setEnvironment(Environment.TEST)
                                .setLifetime(ProtoValues.duration(Duration.ofDays(90)))
                                .build(),
                        CreateKeyRequest.newBuilder()
                                .setWorkspace("ws_1")
                                .setName("é")
                                .addScopes("cases:read")
                                .setEnvironment(Environment.LIVE)
                                .setExpireTime(time("2027-01-31T00:00:00.5Z"))
                                .build());
    }

    @Test
    void create_nameOfAFile_isSentAsItIs(@TempDir Path folder) throws IOException {
        String file = "@" + Files.writeString(folder.resolve("file"), "content");
        control.answer(created());

        assertThat(control.run("keys", "create", "--workspace=ws_1", "--scope=cases:read", "--name", file)
                        .status())
                .isZero();

        assertThat(control.requests())
                .singleElement()
                .satisfies(request ->
                        assertThat(((CreateKeyRequest) request).getName()).isEqualTo(file));
    }

    @Test
    void create_json_isTheRestBody() {
        control.answer(created());

        Run run = create("--output", "json");

        assertThat(run.out())
                .isEqualTo("{\"key\":{\"id\":\"key_1\",\"workspace\":\"ws_1\",\"name\":\"CRM Integration\","
                        + "\"environment\":\"live\",\"scopes\":[\"cases:read\",\"cases:write\"],\"state\":\"active\","
                        + "\"start\":\"opt_live_0000\",\"create_time\":\"2026-11-25T04:57:45.378Z\","
                        + "\"expire_time\":\"2027-01-31T00:00:00Z\",\"pepper_version\":2,\"predecessor\":\"\",\"successor\":\"\","
                        + "\"answer_unconfirmed\":false,\"foreign\":false},"
                        + "\"secret\":\"" + SECRET + "\",\"repeated\":false}\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void create_table_endsWithTheSecretAndWarns() {
        control.answer(created());

        Run run = create();

        assertThat(run.out()).isEqualTo("""
                        id           key_1
                        workspace    ws_1
                        name         CRM Integration
                        environment  live
                        scopes       cases:read cases:write
                        state        active
                        start        opt_live_0000
                        pepper       2
                        created      2026-11-25T04:57:45Z
                        expires      2027-01-31T00:00:00Z
                        last-used    -
                        secret       %s
                        """.formatted(SECRET));
        assertThat(run.err()).isEqualTo("Store the secret now: it is not shown again.\n");
    }

    @Test
    void create_secretThatCannotBeWritten_saysToRevokeTheKey() {
        control.answer(created());
        StringWriter err = new StringWriter();
        PrintWriter full = new PrintWriter(new FullDisk(), true, StandardCharsets.UTF_8);

        int status = Main.run(
                new Surroundings(control.variables(), Termination.onRequest(), Duration.ofSeconds(10), () -> ""),
                full,
                new PrintWriter(err, true),
                "keys",
                "create",
                "--workspace=ws_1",
                "--name=a",
                "--scope=cases:read");

        assertThat(status).isEqualTo(1);
        assertThat(err.toString()).contains("Revoke key_1").doesNotContain(SECRET);
    }

    @Test
    void list_manyScopes_areCountedOnTheLineAndAllInTheJson() {
        ListKeysResponse page = ListKeysResponse.newBuilder()
                .addKeys(KEY.toBuilder().clearScopes().addAllScopes(List.of("a", "b", "c", "d", "e")))
                .build();
        control.answer(page);
        assertThat(control.run("keys", "list", "--workspace", "ws_1").out()).endsWith("  a b c and 2 more\n");

        control.answer(page);
        assertThat(control.run("keys", "list", "--workspace", "ws_1", "--output=json")
                        .out())
                .contains("[\"a\",\"b\",\"c\",\"d\",\"e\"]");
    }

    @Test
    void list_severalPages_printsAllOfThem() {
        control.answer(
                ListKeysResponse.newBuilder()
                        .addKeys(KEY)
                        .setNextPageToken("more")
                        .build(),
                ListKeysResponse.newBuilder().setNextPageToken("evenMore").build(),
                ListKeysResponse.newBuilder().addKeys(OTHER).build());

        Run run = control.run("keys", "list", "--workspace", "ws_1", "--all");

        assertThat(run).isEqualTo(new Run(0, """
                                ID     NAME             ENVIRONMENT  STATE    START          PEPPER  CREATED               EXPIRES               LAST USED             REPLACED BY  STILL USED  SCOPES
                                key_1  CRM Integration  live         active   opt_live_0000  2       2026-11-25T04:57:45Z  2027-01-31T00:00:00Z  -                     -            -           cases:read cases:write
                                key_2  Old              test         revoked  opt_test_aaaa  1       2026-01-01T00:00:00Z  never                 2026-06-01T12:30:00Z  -            -
                                """, ""));
        assertThat(control.requests())
                .containsExactly(listRequest("", true), listRequest("more", true), listRequest("evenMore", true));
    }

    @Test
    void list_json_holdsEveryPageAndNoUnsetTime() {
        control.answer(
                ListKeysResponse.newBuilder()
                        .addKeys(OTHER)
                        .setNextPageToken("more")
                        .build(),
                ListKeysResponse.getDefaultInstance());

        Run run = control.run("keys", "list", "--workspace", "ws_1", "--output", "json");

        assertThat(run.out())
                .isEqualTo(
                        "{\"keys\":[{\"id\":\"key_2\",\"workspace\":\"ws_1\",\"name\":\"Old\",\"environment\":\"test\","
                                + "\"scopes\":[],\"state\":\"revoked\",\"start\":\"opt_test_aaaa\","
                                + "\"create_time\":\"2026-01-01T00:00:00Z\",\"last_used_time\":\"2026-06-01T12:30:00Z\",\"pepper_version\":1,"
                                + "\"predecessor\":\"\",\"successor\":\"\",\"answer_unconfirmed\":false,\"foreign\":false}],"
                                + "\"next_page_token\":\"\"}\n");
        assertThat(control.requests()).containsExactly(listRequest("", false), listRequest("more", false));
    }

    @Test
    void list_everyOption_isSent() {
        control.answer(ListKeysResponse.getDefaultInstance(), ListKeysResponse.getDefaultInstance());

        Run sorted = control.run(
                "keys", "list", "--workspace=ws_1", "--state=revoked", "--name=crm", "--sort", "last-used", "--desc");
        Run expiring = control.run("keys", "list", "--workspace=ws_1", "--expiring-in", "14d", "--sort=expires");

        assertThat(sorted.status()).as(sorted.err()).isZero();
        assertThat(expiring.status()).as(expiring.err()).isZero();
        assertThat(control.requests())
                .containsExactly(
                        listRequest("", false).toBuilder()
                                .setState(KeyState.REVOKED)
                                .setName("crm")
                                .setOrderBy("last_used_time desc")
                                .build(),
                        listRequest("", false).toBuilder()
                                .setExpiringIn(ProtoValues.duration(Duration.ofDays(14)))
                                .setOrderBy("expire_time")
                                .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--state=gone", "--sort=age", "--expiring-in=soon"})
    void list_optionOfNoKnownValue_isWrongUsage(String option) {
        Run run = control.run("keys", "list", "--workspace=ws_1", option);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("expected: ");
    }

    @Test
    void list_keysThatWereReplaced_tellsWhetherTheyAreStillUsed() {
        Key used = KEY.toBuilder()
                .setSuccessor("key_3")
                .setLastUsedTime(time("2026-11-27T00:00:01Z"))
                .build();
        Key unused = KEY.toBuilder()
                .setId("key_4")
                .setSuccessor("key_5")
                .setLastUsedTime(time("2026-11-27T00:00:00Z"))
                .build();
        Key fresh = KEY.toBuilder()
                .setId("key_3")
                .setCreateTime(time("2026-11-27T00:00:00Z"))
                .build();
        control.answer(
                ListKeysResponse.newBuilder()
                        .addKeys(used)
                        .addKeys(unused)
                        .addKeys(fresh)
                        .addKeys(OTHER.toBuilder().setSuccessor("key_9"))
                        .build(),
                GetKeyResponse.newBuilder()
                        .setKey(fresh.toBuilder().setId("key_5"))
                        .build());

        assertThat(control.run("keys", "list", "--workspace", "ws_1").out().lines())
                .satisfiesExactly(
                        head -> assertThat(head).contains("REPLACED BY  STILL USED  SCOPES"),
                        line -> assertThat(line).startsWith("key_1").contains("key_3        yes "),
                        line -> assertThat(line).startsWith("key_4").contains("key_5        no "),
                        line -> assertThat(line).startsWith("key_3").contains("-            - "),
                        line -> assertThat(line).startsWith("key_2").endsWith("key_9        -"));
        assertThat(control.requests())
                .as("the successor that is not in the list, of a key that is active")
                .endsWith(GetKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId("key_5")
                        .build())
                .hasSize(2);
    }

    @Test
    void list_successorThatIsNoLongerStored_isNoneThatIsKnown() {
        Key replaced = KEY.toBuilder()
                .setSuccessor("key_5")
                .setLastUsedTime(time("2026-11-27T00:00:01Z"))
                .build();
        control.answer(
                ListKeysResponse.newBuilder().addKeys(replaced).build(),
                Status.NOT_FOUND.withDescription("no key key_5").asRuntimeException());

        Run run = control.run("keys", "list", "--workspace", "ws_1");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSize(2).last().asString().contains("key_5        -           cases:read");
    }

    @Test
    void list_successorThatCannotBeAskedFor_isAFailure() {
        control.answer(
                ListKeysResponse.newBuilder()
                        .addKeys(KEY.toBuilder().setSuccessor("key_5"))
                        .build(),
                Status.UNAVAILABLE.withDescription("Redis is gone").asRuntimeException());

        assertThat(control.run("keys", "list", "--workspace", "ws_1").status()).isEqualTo(CommandFailure.UNREACHABLE);
    }

    @Test
    void list_pageOfManyMegabytes_isTaken() {
        Key large = KEY.toBuilder().addScopes("a".repeat(20_000)).build();
        control.answer(ListKeysResponse.newBuilder()
                .addAllKeys(Collections.nCopies(1000, large))
                .build());

        Run run = control.run("keys", "list", "--workspace", "ws_1", "--output", "json");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).hasSizeGreaterThan(20_000_000);
    }

    @ParameterizedTest
    @CsvSource({"ACTIVE, works until 2027-01-31T00:00:00Z.", "EXPIRED, has ended", "REVOKED, is revoked"})
    void rotate_predecessor_isToldOfAsItIsNow(KeyState state, String told) {
        control.answer(RotateKeyResponse.newBuilder()
                .setKey(KEY.toBuilder().setId("key_5"))
                .setSecret(SECRET)
                .setPredecessor(KEY.toBuilder().setState(state))
                .build());

        Run run = control.run("keys", "rotate", "key_1", "--overlap", "0s");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err().lines()).last().asString().startsWith("key_1 " + told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"})
    void createAndRotate_mayHaveBeenDone_tellTheIdToRepeatThemWith(Status.Code code) {
        List<List<String>> commands = List.of(
                List.of("keys", "create", "--workspace=ws_1", "--name=CRM", "--scope=cases:read"),
                List.of("keys", "rotate", "key_1"),
                List.of("workspaces", "create", "ws_1"));
        for (List<String> command : commands) {
            control.answer(code.toStatus().withDescription("key_9 may exist").asRuntimeException());

            Run run = control.run(command.toArray(String[]::new));

            List<String> ids = control.requestIds();
            assertThat(run.status()).isNotZero();
            assertThat(run.err())
                    .contains("repeat the same command with --request-id " + ids.get(ids.size() - 1) + " within a day");
        }
    }

    @Test
    void create_wasRefused_tellsNoIdSinceThereIsNothingToRepeat() {
        control.answer(Status.NOT_FOUND.withDescription("no workspace").asRuntimeException());

        Run run = control.run("keys", "create", "--workspace=ws_1", "--name=CRM", "--scope=cases:read");

        assertThat(run.err()).contains("no workspace").doesNotContain("--request-id");
    }

    @Test
    void answerNotConfirmed_isShownBySheetTableAndJson() {
        Key key = KEY.toBuilder().setAnswerUnconfirmed(true).build();
        control.answer(
                GetKeyResponse.newBuilder().setKey(key).build(),
                ListKeysResponse.newBuilder().addKeys(key).build(),
                CreateKeyResponse.newBuilder().setKey(key).setRepeated(true).build(),
                GetKeyResponse.newBuilder().setKey(key).build());

        assertThat(control.run("keys", "get", "key_1").out()).contains("answer       not confirmed: ");
        assertThat(control.run("keys", "list", "--workspace=ws_1").out()).contains("active (answer not confirmed)");
        assertThat(control.run("keys", "create", "--workspace=ws_1", "--name=CRM", "--scope=cases:read")
                        .err())
                .contains("whether it arrived is not known")
                .contains("latchkey keys rotate key_1 --overlap 0s", "latchkey keys revoke key_1");
        assertThat(control.run("keys", "get", "key_1", "--output=json").out()).contains("\"answer_unconfirmed\":true");
    }

    @Test
    void update_everyOption_isSent() {
        UpdateKeyResponse answer = UpdateKeyResponse.newBuilder().setKey(KEY).build();
        control.answer(answer, answer);

        Run in = control.run(
                "keys",
                "update",
                "key_1",
                "--name",
                "Other",
                "--scope=cases:read",
                "--scope=cases:write",
                "--expires-in=30d",
                "--request-id=r1",
                "--output=json");
        Run at = control.run("keys", "update", "key_1", "--expires-at=2027-01-31T00:00:00Z");

        assertThat(in.out()).startsWith("{\"key\":{\"id\":\"key_1\",").endsWith("}}\n");
        assertThat(at.out()).startsWith("id           key_1\n");
        assertThat(control.requests())
                .containsExactly(
                        UpdateKeyRequest.newBuilder()
                                .setWorkspace("-")
                                .setId("key_1")
                                .setName("Other")
                                .addScopes("cases:read")
                                .addScopes("cases:write")
                                .setLifetime(ProtoValues.duration(Duration.ofDays(30)))
                                .setRequestId("r1")
                                .build(),
                        UpdateKeyRequest.newBuilder()
                                .setWorkspace("-")
                                .setId("key_1")
                                .setExpireTime(time("2027-01-31T00:00:00Z"))
                                .build());
    }

    @Test
    void update_nothingToChange_isWrongUsageAndAsksNobody() {
        Run run = control.run("keys", "update", "key_1");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--name, --scope, --expires-in or --expires-at");
        assertThat(control.requests()).isEmpty();
    }

    @Test
    void revoke_sheetAndJson_tellWhen() {
        Key revoked =
                OTHER.toBuilder().setRevokeTime(time("2026-07-01T00:00:00.5Z")).build();
        RevokeKeyResponse answer =
                RevokeKeyResponse.newBuilder().setKey(revoked).build();
        control.answer(answer, answer);

        assertThat(control.run("keys", "revoke", "key_2").out()).contains("revoked      2026-07-01T00:00:00Z\n");
        assertThat(control.run("keys", "revoke", "key_2", "--output=json").out())
                .contains("\"revoke_time\":\"2026-07-01T00:00:00.500Z\"");
    }

    @Test
    void list_noKeys_isAnEmptyList() {
        control.answer(ListKeysResponse.getDefaultInstance(), ListKeysResponse.getDefaultInstance());

        assertThat(control.run("keys", "list", "--workspace=w", "--output=json").out())
                .isEqualTo("{\"keys\":[],\"next_page_token\":\"\"}\n");
        assertThat(control.run("keys", "list", "--workspace=w").out())
                .startsWith("ID ")
                .hasLineCount(1);
    }

    @Test
    void getAndRevoke_id_findTheKeyInAnyWorkspace() {
        control.answer(
                GetKeyResponse.newBuilder().setKey(KEY).build(),
                RevokeKeyResponse.newBuilder().setKey(OTHER).build());

        Run get = control.run("keys", "get", "key_1", "--output", "json");
        Run revoke = control.run("keys", "revoke", "key_2", "--reason", "left the company");

        assertThat(get.out()).startsWith("{\"key\":{\"id\":\"key_1\",").endsWith("}}\n");
        assertThat(revoke.out()).startsWith("id           key_2\n").contains("state        revoked\n");
        assertThat(control.requests())
                .containsExactly(
                        GetKeyRequest.newBuilder()
                                .setWorkspace("-")
                                .setId("key_1")
                                .build(),
                        RevokeKeyRequest.newBuilder()
                                .setWorkspace("-")
                                .setId("key_2")
                                .setReason("left the company")
                                .build());
    }

    @Test
    void findAndRevoke_keyOnStandardInput_isSentAndNotShown() {
        control.answer(
                FindKeyResponse.newBuilder().setKey(KEY).build(),
                RevokeLeakedKeyResponse.newBuilder().setKey(OTHER).build());

        Run find = Run.withInput(SECRET + "\r\n", control.variables(), "keys", "find", "--key-stdin");
        Run revoke = Run.withInput(
                "  " + SECRET, control.variables(), "keys", "revoke", "--key-stdin", "--reason=in a repository");

        assertThat(find.out()).startsWith("id           key_1\n").doesNotContain(SECRET);
        assertThat(revoke.out()).startsWith("id           key_2\n").doesNotContain(SECRET);
        assertThat(control.requests())
                .containsExactly(
                        FindKeyRequest.newBuilder().setSecret(SECRET).build(),
                        RevokeLeakedKeyRequest.newBuilder()
                                .setSecret(SECRET)
                                .setReason("in a repository")
                                .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", SECRET + "\n" + SECRET})
    void find_notOneLine_isWrongUsageAndAsksNobody(String input) {
        Run run = Run.withInput(input, control.variables(), "keys", "find", "--key-stdin");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("expected: one key").doesNotContain(SECRET);
        assertThat(control.requests()).isEmpty();
    }

    @Test
    void revoke_neitherOrBoth_isWrongUsage() {
        Run neither = control.run("keys", "revoke");
        Run both = Run.withInput(SECRET, control.variables(), "keys", "revoke", "key_1", "--key-stdin");

        assertThat(neither.status()).isEqualTo(2);
        assertThat(neither.err()).contains("--key-stdin", "ID");
        assertThat(both.status()).isEqualTo(2);
        assertThat(control.requests()).isEmpty();
    }

    @Test
    void table_nameThatSteersTheTerminal_isEscaped() {
        Key hostile = KEY.toBuilder().setName("\u001b[2Jx\n\u202ey").build();
        control.answer(GetKeyResponse.newBuilder().setKey(hostile).build());

        assertThat(control.run("keys", "get", "key_1").out()).contains("name         \\u001b[2Jx\\u000a\\u202ey\n");
    }

    private Run create(String... more) {
        String[] args = {"keys", "create", "--workspace=ws_1", "--name=CRM Integration", "--scope=cases:read"};
        String[] all = new String[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return control.run(all);
    }

    private static CreateKeyResponse created() {
        return CreateKeyResponse.newBuilder().setKey(KEY).setSecret(SECRET).build();
    }

    private static ListKeysRequest listRequest(String token, boolean all) {
        return ListKeysRequest.newBuilder()
                .setWorkspace("ws_1")
                .setPageSize(1000)
                .setPageToken(token)
                .setShowAll(all)
                .setOrderBy("create_time")
                .build();
    }

    private static Timestamp time(String text) {
        return ProtoValues.timestamp(Instant.parse(text));
    }

    private static final class FullDisk extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("no space left");
        }
    }
}
