package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each method, each role, their own workspace and another: the answers are those of {@code access-table.txt}; a refused
 * call changes nothing, and none tells a manager or a reader anything of the other workspace.
 */
class AccessTableTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String PACKAGE = "latchkey.v1.";
    /** In the name of whatever is the other workspace's. */
    private static final String MARKER = "Sauce";

    private static final List<String> CALLERS = List.of("operator", "manager", "reader");

    private static final String DIGESTS = "latchkey:key:";
    private static final String NO_SECRET = "opt_live_0000000000000000000000000000000046uziL";

    /** Requests in the text format, with $workspace, $key and $secret. */
    private static final Map<String, String> REQUESTS = Map.ofEntries(
            Map.entry("AccessService/GetCaller", ""),
            Map.entry("KeyService/CreateKey", "workspace: '$workspace' name: 'n' scopes: 'cases:read'"),
            Map.entry("KeyService/ListKeys", "workspace: '$workspace' show_all: true"),
            Map.entry("KeyService/GetKey", "workspace: '$workspace' id: '$key'"),
            Map.entry("KeyService/RevokeKey", "workspace: '$workspace' id: '$key'"),
            Map.entry("KeyService/RotateKey", "workspace: '$workspace' id: '$key'"),
            Map.entry("KeyService/UpdateKey", "workspace: '$workspace' id: '$key' name: 'n'"),
            Map.entry(
                    "KeyService/ImportKeys",
                    "workspace: '$workspace' scopes: 'cases:read' keys { secret: 'opt_live_abc123def456ghi789' }"),
            Map.entry("KeyService/RevokeAllKeys", "workspace: '$workspace'"),
            Map.entry("KeyService/PurgeKeys", "workspace: '$workspace' older_than {}"),
            Map.entry("KeyService/FindKey", "secret: '$secret'"),
            Map.entry("KeyService/RevokeLeakedKey", "secret: '$secret'"),
            Map.entry("WorkspaceService/CreateWorkspace", "id: '$workspace'"),
            Map.entry("WorkspaceService/ListWorkspaces", ""),
            Map.entry("WorkspaceService/GetWorkspace", "id: '$workspace'"),
            Map.entry("WorkspaceService/ActivateWorkspace", "id: '$workspace'"),
            Map.entry("WorkspaceService/DeactivateWorkspace", "id: '$workspace'"),
            Map.entry("ExplainService/Explain", "method: 'GET' path: '/v1/cases' secret: '$secret'"),
            Map.entry("AuditService/ListAuditEntries", "workspace: '$workspace'"),
            Map.entry("IndexService/RebuildIndex", ""),
            Map.entry("ScopeService/ListScopes", ""));

    private static final Pattern TOKEN = Pattern.compile("next_page_token: \"([^\"]+)\"");

    private static RunningControlPlane control;

    private CreateKeyResponse own;
    private CreateKeyResponse other;

    /** One cell: a caller, a call, an answer. */
    private record Cell(Wire wire, String method, String about, String caller, Code answer) {
        @Override
        public String toString() {
            return method + " about " + about + " by " + caller + " over " + wire + ": " + answer;
        }

        String token() {
            return switch (caller) {
                case "operator" -> RunningControlPlane.ALICE;
                case "manager" -> RunningControlPlane.MIA;
                default -> RunningControlPlane.ROB;
            };
        }
    }

    @BeforeAll
    static void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri(), TestControl.PEPPER_1, Duration.ofSeconds(5));
        Awaitility.await().until(control.plane::ready);
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    @BeforeEach
    void makeTwoWorkspaces() {
        own = make("ws_1", "Own");
        other = make("ws_2", MARKER);
    }

    static List<Cell> cells() throws IOException {
        return rows().flatMap(row -> Stream.of(Wire.values())
                        .flatMap(wire -> IntStream.range(0, CALLERS.size())
                                .mapToObj(
                                        i -> new Cell(wire, row[0], row[1], CALLERS.get(i), Code.valueOf(row[2 + i])))))
                .toList();
    }

    static List<Cell> cellsAboutTheOther() throws IOException {
        return cells().stream()
                .filter(cell -> cell.about().endsWith("other") && !cell.caller().equals("operator"))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void call_byRole_isAnsweredAsTheTableSays(Cell cell) throws Exception {
        Map<String, String> before = stored();

        Wire.Answer answer = call(cell, cell.about());

        assertThat(answer.code()).as(answer.text()).isEqualTo(cell.answer());
        if (answer.code() != Code.OK) {
            assertThat(stored()).isEqualTo(before);
        }
        if (!cell.caller().equals("operator")) {
            assertThat(answer.text()).doesNotContain(MARKER);
        }
        assertThat(answer.text()).doesNotContain(own.getSecret(), other.getSecret());
        before.keySet().stream()
                .filter(key -> key.startsWith(DIGESTS))
                .forEach(key -> assertThat(answer.text()).doesNotContain(key.substring(DIGESTS.length())));
    }

    /** Where something of the other workspace was asked for, the same as for what does not exist. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cellsAboutTheOther")
    void call_aboutTheOther_isAnsweredAsAboutWhatDoesNotExist(Cell cell) throws Exception {
        Wire.Answer about = call(cell, cell.about());

        Wire.Answer missing = call(cell, cell.about().replace("other", "missing"));

        assertThat(missing.code()).isEqualTo(about.code());
        assertThat(plain(missing.text())).isEqualTo(plain(about.text()));
    }

    @Test
    void listWorkspaces_byAnOperator_showsBoth() throws Exception {
        Cell cell = new Cell(Wire.GRPC, "WorkspaceService/ListWorkspaces", "none", "operator", Code.OK);

        assertThat(call(cell, "none").text()).contains("Own", MARKER);
    }

    /** Whoever holds the secret may learn that it is taken, and no more. */
    @Test
    void importKeys_secretOfTheOther_tellsNothingOfItAndLeavesIt() throws Exception {
        Map<String, String> before = stored();

        Wire.Answer answer = call(
                "KeyService/ImportKeys",
                "workspace: 'ws_1' scopes: 'cases:write' keys { secret: '" + other.getSecret() + "' }",
                RunningControlPlane.MIA);

        assertThat(answer.code()).isEqualTo(Code.OK);
        assertThat(answer.text())
                .doesNotContain(MARKER, other.getSecret(), other.getKey().getId(), "ws_2", "IMPORTED");
        assertThat(stored()).isEqualTo(before);
    }

    /** What follows in another's list is not to be had by its token. */
    @ParameterizedTest
    @ValueSource(strings = {"KeyService/ListKeys", "WorkspaceService/ListWorkspaces", "AuditService/ListAuditEntries"})
    void list_withTheTokenOfAPageOfTheOther_showsNothingOfIt(String method) throws Exception {
        make("ws_2", MARKER);
        make("ws_3", MARKER);
        String page = " page_size: 1";
        String first = call(method, request(method, "other") + page, RunningControlPlane.ALICE)
                .text();
        Matcher token = TOKEN.matcher(first);
        assertThat(token.find()).as(first).isTrue();

        for (String caller : List.of(RunningControlPlane.MIA, RunningControlPlane.ROB)) {
            Wire.Answer next =
                    call(method, request(method, "own") + page + " page_token: '" + token.group(1) + "'", caller);
            assertThat(next.code()).isIn(Code.OK, Code.INVALID_ARGUMENT);
            assertThat(next.text()).doesNotContain(MARKER);
        }
    }

    @Test
    void table_everyMethodOfEveryService_hasRows() throws IOException {
        assertThat(rows().map(row -> PACKAGE + row[0]).distinct())
                .containsExactlyInAnyOrderElementsOf(Methods.all().stream()
                        .map(MethodDescriptor::getFullMethodName)
                        .toList());
    }

    /** Every kind of request has its rows: none can be left out by mistake. */
    @Test
    void table_everyMethod_hasARowForEachThingToAskFor() throws IOException {
        Map<String, List<String>> about = rows().collect(
                        Collectors.groupingBy(row -> row[0], Collectors.mapping(row -> row[1], Collectors.toList())));
        about.forEach((method, rows) -> {
            String request = REQUESTS.get(method);
            List<String> expected = request.contains("$key")
                    ? List.of("own", "other", "missing", "any:own", "any:other", "own:other")
                    : request.contains("$workspace")
                            ? List.of("own", "other", "missing", "any")
                            : request.contains("$secret") ? List.of("own", "other", "missing") : List.of("none");
            assertThat(rows).as(method).containsExactlyElementsOf(expected);
        });
    }

    private static Stream<String[]> rows() throws IOException {
        try (InputStream in = AccessTableTest.class.getResourceAsStream("/access-table.txt")) {
            String table = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return table.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.trim().split(" +"));
        }
    }

    private static CreateKeyResponse make(String workspace, String name) {
        if (REDIS.commands().zscore("latchkey:ledger:workspaces", workspace) == null) {
            control.workspaces()
                    .createWorkspace(CreateWorkspaceRequest.newBuilder()
                            .setId(workspace)
                            .setName(name)
                            .build());
        }
        return control.keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace(workspace)
                        .setName(name)
                        .addScopes("cases:read")
                        .build());
    }

    private static Wire.Answer call(String method, String request, String token) throws Exception {
        MethodDescriptor<?, ?> found = method(method);
        return Wire.GRPC.call(control, found, parse(found, request), token);
    }

    private Wire.Answer call(Cell cell, String about) throws Exception {
        MethodDescriptor<?, ?> method = method(cell.method());
        return cell.wire().call(control, method, parse(method, request(cell.method(), about)), cell.token());
    }

    private static MethodDescriptor<?, ?> method(String name) {
        return Methods.all().stream()
                .filter(one -> one.getFullMethodName().equals(PACKAGE + name))
                .findFirst()
                .orElseThrow();
    }

    private String request(String method, String about) {
        String[] parts = about.split(":");
        String workspace = parts[0];
        String key = parts[parts.length - 1];
        return REQUESTS.get(method)
                .replace(
                        "$workspace",
                        switch (workspace) {
                            case "own" -> "ws_1";
                            case "other" -> "ws_2";
                            case "any" -> "-";
                            default -> "ws_9";
                        })
                .replace(
                        "$key",
                        switch (key) {
                            case "own" -> own.getKey().getId();
                            case "other" -> other.getKey().getId();
                            default -> "key_01jz0000000000000000000000";
                        })
                .replace(
                        "$secret",
                        switch (key) {
                            case "own" -> own.getSecret();
                            case "other" -> other.getSecret();
                            default -> NO_SECRET;
                        });
    }

    private static Message parse(MethodDescriptor<?, ?> method, String text) throws TextFormat.ParseException {
        Object prototype = ((PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype();
        Message.Builder request = ((Message) Objects.requireNonNull(prototype)).toBuilder();
        TextFormat.merge(text, request);
        return request.build();
    }

    /** Returns {@code text} without what was asked for, which an answer may repeat. */
    private String plain(String text) {
        return text.replace(other.getKey().getId(), "KEY")
                .replace("key_01jz0000000000000000000000", "KEY")
                .replace(other.getKey().getStart(), "START")
                .replace(NO_SECRET.substring(0, 13), "START")
                .replace("ws_2", "WORKSPACE")
                .replace("ws_9", "WORKSPACE");
    }

    /**
     * Returns all that the control plane keeps of keys and workspaces, by Redis key; but not what it notes for itself
     * and clears.
     */
    private static Map<String, String> stored() {
        Awaitility.await("the answers of before")
                .pollInterval(Duration.ofMillis(2))
                .until(() -> REDIS.commands().keys("latchkey:ledger:*:answers").isEmpty());
        Map<String, String> stored = new TreeMap<>();
        for (String pattern : List.of("latchkey:ledger:*", "latchkey:key:*", "latchkey:workspace:*")) {
            for (String key : REDIS.commands().keys(pattern)) {
                stored.put(key, HexFormat.of().formatHex(REDIS.commands().dump(key)));
            }
        }
        stored.remove("latchkey:ledger:recent");
        stored.remove("latchkey:ledger:beats");
        // Redis is emptied between the tests, which the control plane notices in its own time.
        stored.keySet().removeIf(key -> key.endsWith(":setback"));
        return stored;
    }
}
