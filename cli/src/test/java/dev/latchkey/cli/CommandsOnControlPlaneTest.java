package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.config.AdminToken;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as people use them: with the real control plane and a real Redis. */
class CommandsOnControlPlaneTest {
    private static final String TOKEN = "latchkey_admin_of-the-test";
    private static final String POLICY = """
            scopes:
              cases:read: Read case data
              cases:write: Create and update cases
            routes:
              - match: GET /v1/cases
                scope: cases:read
            """;

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private ControlPlane control;

    @BeforeEach
    void start() throws IOException {
        start("127.0.0.1:0");
    }

    private void start(String listen) throws IOException {
        Map<String, String> settings = Map.of(
                "LATCHKEY_PEPPERS",
                "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "LATCHKEY_CONTROL_TOKENS",
                "test:operator:" + AdminToken.hash(TOKEN),
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                listen,
                "LATCHKEY_REDIS_URI",
                REDIS.uri());
        control = ControlPlane.start(
                SettingsLoader.load(ProcessKind.CONTROL, null, settings).settings(),
                new Policies(Policy.parse(POLICY, "policy.yaml"), Map.of()));
        Awaitility.await().until(control::ready);
    }

    @AfterEach
    void stop() {
        control.close();
    }

    /** A cluster may have IPv6 alone. */
    @Test
    void controlPlane_onAnIpv6Address_isReached() throws IOException {
        control.close();
        start("[::1]:0");

        Run run = Run.of(
                Map.of("LATCHKEY_CONTROL", "http://[::1]:" + control.port(), "LATCHKEY_TOKEN", TOKEN),
                "workspaces",
                "create",
                "ws_6");

        assertThat(run.status()).as(run.err()).isZero();
    }

    @Test
    void key_itsWholeLife() throws IOException {
        assertThat(run("workspaces", "create", "ws_1", "--name", "First").status())
                .isZero();

        Run created = create("--scope=cases:read", "--scope=cases:write", "--expires-in=90d", "--output=json");
        assertThat(created.err()).isEmpty();
        JsonNode key = json(created).get("key");
        String id = key.get("id").asText();
        assertThat(json(created).get("secret").asText()).matches("opt_live_[0-9A-Za-z]{38}");
        assertThat(key.get("state").asText()).isEqualTo("active");

        assertThat(json(run("keys", "list", "--workspace", "ws_1", "--output=json"))
                        .get("keys"))
                .containsExactly(key);
        assertThat(json(run("keys", "get", id, "--output=json")).get("key")).isEqualTo(key);

        assertThat(json(run("keys", "revoke", id, "--reason", "test", "--output=json"))
                        .at("/key/state")
                        .asText())
                .isEqualTo("revoked");
        assertThat(run("keys", "revoke", id).status()).isZero();
        assertThat(REDIS.commands().keys("latchkey:key:*"))
                .hasSize(1)
                .allSatisfy(record ->
                        assertThat(REDIS.commands().hget(record, "state")).isEqualTo("revoked"));
        assertThat(json(run("keys", "list", "--workspace", "ws_1", "--output=json"))
                        .get("keys"))
                .isEmpty();
        assertThat(run("keys", "list", "--workspace", "ws_1", "--all").out()).contains(id, "revoked");
    }

    @Test
    void rotate_bothKeysAndTheirLinkAreShown() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        String old = json(create("--scope=cases:read", "--output=json"))
                .at("/key/id")
                .asText();

        Run rotated = run("keys", "rotate", old, "--overlap=1h", "--expires-in=30d", "--output=json");
        String successor = json(rotated).at("/key/id").asText();
        Run again = run("keys", "rotate", old);
        Run table = run("keys", "rotate", successor, "--overlap=0s");

        assertThat(rotated.status()).as(rotated.err()).isZero();
        assertThat(json(rotated).get("secret").asText()).startsWith("opt_live_");
        assertThat(json(rotated).at("/key/predecessor").asText()).isEqualTo(old);
        assertThat(json(rotated).at("/key/expire_time").asText()).isNotEmpty();
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains(old + " has a successor, " + successor);
        assertThat(table.status()).as(table.err()).isZero();
        assertThat(table.out()).contains("replaces     " + successor, "secret       opt_live_");
        assertThat(table.err()).contains("Store the secret now", successor + " has ended");
        assertThat(run("keys", "list", "--workspace", "ws_1").out()).contains("REPLACED BY", successor);
        assertThat(run("keys", "get", successor).out()).contains("expired", "replaces     " + old);
        assertThat(run("keys", "rotate", "no id").err()).contains("the id of a key");
        assertThat(run("keys", "rotate", old, "--overlap=soon").status()).isEqualTo(2);
    }

    @Test
    void listUpdateAndRevokeAll_areOneLife() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        String id = json(create("--scope=cases:read", "--scope=cases:write", "--output=json"))
                .at("/key/id")
                .asText();
        Run soon = create("--scope=cases:read", "--expires-in=1d");
        assertThat(soon.status()).isZero();

        JsonNode updated = json(run("keys", "update", id, "--name=Other", "--scope=cases:read", "--output=json"))
                .get("key");
        assertThat(updated.get("name").asText()).isEqualTo("Other");
        assertThat(updated.get("scopes")).hasSize(1);
        Run wider = run("keys", "update", id, "--scope=cases:read", "--scope=cases:write");
        assertThat(wider.status()).isEqualTo(1);
        assertThat(wider.err()).contains("scopes[1]: \"cases:write\" (expected: a scope that the key has");

        assertThat(names("--sort=name", "--desc")).containsExactly("Other", "CRM Integration");
        assertThat(names("--expiring-in=14d")).containsExactly("CRM Integration");
        assertThat(names("--name=oth")).containsExactly("Other");
        assertThat(names("--state=revoked")).isEmpty();

        assertThat(run("workspaces", "revoke-all", "ws_1", "--reason=test").status())
                .isEqualTo(2);
        Run revoked = run("workspaces", "revoke-all", "ws_1", "--reason=test", "--yes");
        assertThat(revoked.out()).isEqualTo("workspace  ws_1\nrevoked    2 keys\n");
        assertThat(names("--state=revoked")).hasSize(2);

        assertThat(run("keys", "purge", "--workspace=ws_1").out()).isEqualTo("workspace  ws_1\npurged     0 keys\n");
        assertThat(run("keys", "purge", "--workspace=ws_1", "--older-than=0s", "--output=json")
                        .out()
                        .strip())
                .isEqualTo("{\"purged\":2,\"done\":true}");
        assertThat(names("--all")).isEmpty();
    }

    private List<String> names(String... options) throws IOException {
        String[] args = {"keys", "list", "--workspace=ws_1", "--output=json"};
        String[] all = new String[args.length + options.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(options, 0, all, args.length, options.length);
        return json(run(all)).get("keys").findValuesAsText("name");
    }

    @Test
    void requestId_repeatedCall_showsTheFirstKeyAndSaysWhatToDo() throws IOException {
        assertThat(run("workspaces", "create", "ws_1", "--request-id=w-1").status())
                .isZero();
        assertThat(run("workspaces", "create", "ws_1", "--request-id=w-1").status())
                .isZero();
        Run first = create("--scope=cases:read", "--request-id=c-1", "--output=json");
        String id = json(first).at("/key/id").asText();

        Run table = create("--scope=cases:read", "--request-id=c-1");
        Run repeated = create("--scope=cases:read", "--request-id=c-1", "--output=json");
        Run other = create("--scope=cases:write", "--request-id=c-1");
        Run rotated = run("keys", "rotate", id, "--request-id=r-1", "--output=json");
        Run rotatedAgain = run("keys", "rotate", id, "--request-id=r-1", "--output=json");

        assertThat(table.status()).as(table.err()).isZero();
        assertThat(table.out()).contains(id).doesNotContain("secret");
        assertThat(table.err()).contains("no other key was made", "latchkey keys rotate " + id + " --overlap 0s");
        assertThat(json(repeated).get("key")).isEqualTo(unconfirmed(first));
        assertThat(json(repeated).get("repeated").asBoolean()).isTrue();
        assertThat(json(repeated).get("secret").asText()).isEmpty();
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("request_id");
        assertThat(json(rotated).get("secret").asText()).isNotEmpty();
        assertThat(json(rotatedAgain).get("key")).isEqualTo(unconfirmed(rotated));
        assertThat(json(rotatedAgain).get("secret").asText()).isEmpty();
        assertThat(run("keys", "revoke", id, "--request-id=no/id").err()).contains("request_id");
        assertThat(run("workspaces", "deactivate", "ws_1", "--request-id=d-1").status())
                .isZero();
        assertThat(REDIS.commands().xrevrange("latchkey:ledger:{ws_1}:audit", Range.unbounded(), Limit.from(1)))
                .singleElement()
                .extracting(entry -> entry.getBody().get("request_id"))
                .isEqualTo("d-1");
    }

    /** Returns the key of an answer as it is for who asks again: nobody has used it. */
    private static JsonNode unconfirmed(Run answer) throws IOException {
        return ((ObjectNode) json(answer).get("key")).put("answer_unconfirmed", true);
    }

    @Test
    void audit_listedFilteredAndExported() throws IOException {
        assertThat(run("workspaces", "create", "ws_1", "--name=First").status()).isZero();
        Run created = create("--scope=cases:read", "--scope=cases:write", "--expires-in=90d", "--output=json");
        String id = json(created).at("/key/id").asText();
        String successor = json(run("keys", "rotate", id, "--output=json", "--request-id=r-7"))
                .at("/key/id")
                .asText();
        assertThat(run("keys", "revoke", id, "--reason=it leaked").status()).isZero();

        Run table = run("audit", "list", "--workspace=ws_1");
        Run ofKey = run("audit", "list", "--workspace=ws_1", "--key=" + id, "--action=key.revoke", "--output=json");
        Run exported = run("audit", "list", "--workspace=ws_1", "--export");
        Run limited = run("audit", "list", "--workspace=ws_1", "--limit=2");
        Run limitedExport = run("audit", "list", "--workspace=ws_1", "--limit=1", "--export");

        assertThat(table.status()).as(table.err()).isZero();
        assertThat(table.out().lines().map(line -> line.split(" +", 4)[2]))
                .containsExactly("ACTION", "key.revoke", "key.rotate", "key.create", "key.create", "workspace.create");
        assertThat(table.out())
                .contains("active → revoked", "it leaked", "r-7", "replaced by " + successor, "made: First, active")
                .contains("made: CRM Integration, active, cases:read cases:write, expires 20")
                .doesNotContain(json(created).get("secret").asText());
        assertThat(json(ofKey).get("entries")).hasSize(1);
        assertThat(json(ofKey).at("/entries/0/before/state").asText()).isEqualTo("active");
        assertThat(json(ofKey).at("/entries/0/after/state").asText()).isEqualTo("revoked");
        assertThat(json(ofKey).at("/entries/0/after/revoke_time").asText())
                .isEqualTo(json(run("keys", "get", id, "--output=json"))
                        .at("/key/revoke_time")
                        .asText());
        assertThat(exported.out().lines()).hasSize(5).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        assertThat(exported.err()).contains("5 changes in all");
        assertThat(limited.out().lines()).hasSize(3);
        assertThat(limited.err()).contains("There are more");
        assertThat(limitedExport.out().lines()).hasSize(1).allMatch(line -> line.contains("key.revoke"));
        assertThat(run("audit", "list", "--workspace=ws_1", "--until=1d").out().lines())
                .hasSize(1);
        assertThat(run("audit", "list", "--workspace=ws_1", "--since=1d", "--actor=test", "--limit=9")
                        .out()
                        .lines())
                .hasSize(6);
        assertThat(run("audit", "list", "--workspace=ws_1", "--since=soon").status())
                .isEqualTo(2);
        assertThat(run("audit", "list", "--workspace=ws_1", "--limit=0").status())
                .isEqualTo(2);
        assertThat(run("audit", "list", "--workspace=ws_9").status()).isEqualTo(1);
    }

    @Test
    void explainFindAndRevoke_byTheSecret() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        String secret = json(create("--scope=cases:read", "--output=json"))
                .get("secret")
                .asText();

        Run allowed = input(secret, "explain", "GET", "/v1/cases", "--key-stdin");
        Run denied = input(secret, "explain", "GET", "/v1/parties", "--key-stdin", "--output=json");
        Run found = input(secret, "keys", "find", "--key-stdin");
        Run revoked = input(secret, "keys", "revoke", "--key-stdin", "--output=json");
        Run after = input(secret, "explain", "GET", "/v1/cases", "--key-stdin");

        assertThat(allowed.status()).as(allowed.err()).isZero();
        assertThat(allowed.out())
                .contains(
                        "ok  rule         GET /v1/cases requires cases:read\n",
                        "\nallowed: OK, ok\n",
                        "\nx-latchkey-workspace: ws_1\n");
        assertThat(denied.status()).isEqualTo(1);
        assertThat(new JsonMapper().readTree(denied.out()).at("/answer/status").asInt())
                .isEqualTo(403);
        assertThat(new JsonMapper().readTree(denied.out()).get("reason").asText())
                .isEqualTo("no_rule");
        assertThat(found.out()).contains("name         CRM Integration\n", "pepper       1\n");
        assertThat(json(revoked).at("/key/state").asText()).isEqualTo("revoked");
        assertThat(after.status()).isEqualTo(1);
        assertThat(after.out()).contains("FAILED  state        revoked\n", "\nHTTP 401\n");
        assertThat(Stream.of(allowed, denied, found, revoked, after))
                .allSatisfy(run -> assertThat(run.out() + run.err()).doesNotContain(secret));
    }

    /** Scripts parse standard output, wherever the option stands and whatever the environment holds. */
    @Test
    void output_asJson_isOneDocumentWhereverTheOptionStands() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        Map<String, String> variables =
                Map.of("LATCHKEY_TOKEN", TOKEN, "LATCHKEY_CONTROL", url(), "LATCHKEY_UNKNOWN", "x");
        for (List<String> line : List.of(
                List.of("--output", "json", "keys", "list", "--workspace", "ws_1"),
                List.of("keys", "--output", "json", "list", "--workspace", "ws_1"),
                List.of("keys", "list", "--workspace", "ws_1", "--output", "json"))) {
            Run good = Run.of(variables, line.toArray(String[]::new));

            assertThat(good.status()).as(good.err()).isZero();
            assertThat(json(good).get("keys")).isEmpty();
        }

        Run unknown = Run.of(variables, "keys", "get", "key_unknown", "--output", "json");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err()).contains("key_unknown");
        Run nobody = Run.of(
                Map.of("LATCHKEY_TOKEN", TOKEN, "LATCHKEY_CONTROL", "http://127.0.0.1:1"),
                "keys",
                "list",
                "--workspace=ws_1",
                "--output=json");
        assertThat(nobody.status()).isEqualTo(3);
        assertThat(nobody.out()).isEmpty();
    }

    @Test
    void workspace_deactivatedAndActivated_endsAndRevivesItsKeysButNotTheRevokedOne() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        JsonNode good = json(create("--scope=cases:read", "--output=json"));
        JsonNode revoked = json(create("--scope=cases:read", "--output=json"));
        assertThat(run("keys", "revoke", revoked.at("/key/id").asText()).status())
                .isZero();

        assertThat(run("workspaces", "deactivate", "ws_1").status()).isZero();
        JsonNode madeMeanwhile = json(create("--scope=cases:read", "--output=json"));
        assertThat(statuses(good, revoked, madeMeanwhile)).containsExactly(403, 401, 403);

        assertThat(run("workspaces", "activate", "ws_1").status()).isZero();
        assertThat(statuses(good, revoked, madeMeanwhile)).containsExactly(200, 401, 200);
    }

    /** Returns what a client with each of these keys gets. */
    private List<Integer> statuses(JsonNode... created) throws IOException {
        List<Integer> statuses = new ArrayList<>();
        for (JsonNode key : created) {
            Run run = input(key.get("secret").asText(), "explain", "GET", "/v1/cases", "--key-stdin", "--output=json");
            statuses.add(
                    new JsonMapper().readTree(run.out()).at("/answer/status").asInt(200));
        }
        return statuses;
    }

    /** As a shell on Windows, or a file edited there, ends a line. */
    @Test
    void find_keyWithTheLineEndOfWindows_isFound() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        String secret = json(create("--scope=cases:read", "--output=json"))
                .get("secret")
                .asText();

        Run found = input(secret + "\r\n", "keys", "find", "--key-stdin");

        assertThat(found.err()).isEmpty();
        assertThat(found.status()).isZero();
        assertThat(found.out()).contains("name         CRM Integration\n").doesNotContain(secret);
    }

    /** The worst reading of an end is a key that never ends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--expires-in=1y",
                "--expires-in=6M",
                "--expires-in=2w",
                "--expires-in=90",
                "--expires-in=0s",
                "--expires-in=-5d",
                "--expires-in=P30D",
                "--expires-in=never",
                "--expires-at=2020-01-31T00:00:00Z",
                "--expires-at=2027-01-31",
                "--expires-at=2027-02-30T00:00:00Z",
                "--expires-at=1893456000"
            })
    void create_endsAsOtherToolsWriteThem_areRefusedAndMakeNoKey(String end) throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();

        Run run = create("--scope=cases:read", end);

        assertThat(run.status()).as(run.err()).isIn(1, 2);
        assertThat(run.err()).contains("expected");
        assertThat(json(run("keys", "list", "--workspace=ws_1", "--output=json"))
                        .get("keys"))
                .isEmpty();
    }

    @Test
    void create_endWithAnOffset_isThatInstant() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();

        JsonNode created =
                json(create("--scope=cases:read", "--expires-at=2099-01-31T01:30:00+01:30", "--output=json"));

        assertThat(created.at("/key/expire_time").asText()).isEqualTo("2099-01-31T00:00:00Z");
    }

    /** Forms of files that other tools export. */
    @Test
    void import_fileWithLinesOfOtherTools_takesTheGoodLinesAndNamesTheOthers() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        String good = "opt_live_0000000000000000000000000000000046uziL";
        String file = String.join(
                "\n",
                "# exported",
                "name,key",
                "\t" + good + "  ",
                good,
                "\"CRM\",\"" + good + "\"",
                "CRM_KEY=" + good,
                good + " " + good,
                "{\"secret\":\"" + good + "\",\"expire_time\":\"2020-01-31T00:00:00Z\"}",
                "opt_live_\u200b0000000000000000000000000000000046uziL",
                "");

        Run first = input(file, "keys", "import", "--workspace=ws_1", "--scope=cases:read", "-");
        Run second = input(file, "keys", "import", "--workspace=ws_1", "--scope=cases:read", "-");

        assertThat(first.out()).isEqualTo("imported 1, existed 1, refused 6\n");
        assertThat(first.status()).isEqualTo(1);
        assertThat(first.err().lines().map(line -> line.replaceFirst(":.*", "")))
                .containsExactly("line 2", "line 5", "line 6", "line 7", "line 8", "line 9");
        assertThat(second.out()).isEqualTo("imported 0, existed 2, refused 6\n");
        assertThat(first.out() + first.err() + second.err()).doesNotContain(good.substring(9));
        assertThat(json(run("keys", "list", "--workspace=ws_1", "--output=json"))
                        .get("keys"))
                .hasSize(1);
    }

    @Test
    void control_withoutThePepperOfAnActiveKey_endsAndSaysWhatIsMissing(@TempDir Path folder) throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        String id = json(create("--scope=cases:read", "--output=json"))
                .at("/key/id")
                .asText();
        Map<String, String> settings = Map.of(
                "LATCHKEY_PEPPERS",
                "2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
                "LATCHKEY_CONTROL_TOKENS",
                "test:operator:" + AdminToken.hash(TOKEN),
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_REDIS_URI",
                REDIS.uri(),
                "LATCHKEY_POLICY",
                Files.writeString(folder.resolve("policy.yaml"), POLICY).toString());

        Run run = Run.of(settings, "control");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("pepper version 1 is missing", id, "keys.abandoned-peppers: 1");
    }

    @Test
    void find_noKeyOrAnUnknownOne_saysWhichAndNotTheSecret() {
        Run typo = input("opt_live_0000000000000000000000000000000046uziM", "keys", "find", "--key-stdin");
        Run unknown = input("opt_live_0000000000000000000000000000000046uziL", "keys", "find", "--key-stdin");

        assertThat(typo.status()).isEqualTo(1);
        assertThat(typo.err()).contains("secret: (not shown) (expected: a whole key", "typing error");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("no key in the index has this secret (opt_live_0000…)");
    }

    @Test
    void workspace_itsWholeLife() throws IOException {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();
        assertThat(run("workspaces", "create", "ws_1").status()).isEqualTo(1);
        assertThat(json(run("workspaces", "deactivate", "ws_1", "--output=json"))
                        .at("/workspace/state")
                        .asText())
                .isEqualTo("inactive");
        assertThat(run("workspaces", "get", "ws_1").out()).contains("state    inactive\n");
        assertThat(run("workspaces", "activate", "ws_1").out()).contains("state    active\n");
        assertThat(json(run("workspaces", "list", "--output=json")).get("workspaces"))
                .hasSize(1);
    }

    @Test
    void create_wrongFields_areAllNamed() {
        assertThat(run("workspaces", "create", "ws_1").status()).isZero();

        Run run = run("keys", "create", "--workspace=ws_1", "--name= ", "--scope=cases:raed", "--expires-in=0s");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("latchkey: refused:\n  ")
                .contains(
                        "\n  name: \" \" (expected: ",
                        "\n  scopes[0]: \"cases:raed\" (expected: ",
                        "cases:read",
                        "  lifetime: ")
                .hasLineCount(4);
    }

    @Test
    void create_unknownWorkspace_isRefused() {
        Run run = create("--scope=cases:read");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("ws_1").hasLineCount(1);
    }

    @Test
    void get_unknownKey_isRefused() {
        Run run = run("keys", "get", "key_unknown");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("key_unknown").hasLineCount(1);
    }

    @Test
    void anyCommand_wrongToken_isRefusedWithoutIt() {
        Run run = Run.of(Map.of("LATCHKEY_CONTROL", url(), "LATCHKEY_TOKEN", "wrong-token"), "workspaces", "list");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("does not know the admin token").doesNotContain("wrong-token");
    }

    @Test
    void anyCommand_withoutRedis_isUnreachable() throws InterruptedException {
        REDIS.kill();

        Run run = run("workspaces", "list");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains("Redis").hasLineCount(1);
    }

    private Run create(String... more) {
        String[] args = {"keys", "create", "--workspace=ws_1", "--name=CRM Integration"};
        String[] all = new String[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return run(all);
    }

    private Run run(String... args) {
        return Run.of(Map.of("LATCHKEY_CONTROL", url(), "LATCHKEY_TOKEN", TOKEN), args);
    }

    private Run input(String input, String... args) {
        return Run.withInput(input, Map.of("LATCHKEY_CONTROL", url(), "LATCHKEY_TOKEN", TOKEN), args);
    }

    private String url() {
        return "http://127.0.0.1:" + control.port();
    }

    private static JsonNode json(Run run) throws IOException {
        assertThat(run.status()).as(run.err()).isZero();
        return new JsonMapper().readTree(run.out());
    }
}
