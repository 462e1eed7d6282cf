package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.config.AdminToken;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code --output json} is the body that REST answers: byte for byte where both can be asked, else but for what differs
 * each time.
 */
class RestBodyTest {
    private static final String TOKEN = "latchkey_admin_of-the-test";
    private static final String KEYS = "/v1/workspaces/ws_1/keys";
    private static final JsonMapper JSON = new JsonMapper();

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ControlPlane control;

    @BeforeEach
    void start() throws IOException {
        Map<String, String> settings = Map.of(
                "LATCHKEY_PEPPERS",
                "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "LATCHKEY_CONTROL_TOKENS",
                "test:operator:" + AdminToken.hash(TOKEN),
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_REDIS_URI",
                REDIS.uri());
        control = ControlPlane.start(
                SettingsLoader.load(ProcessKind.CONTROL, null, settings).settings(),
                new Policies(
                        Policy.parse(
                                "scopes:\n  cases:read: Read\nroutes:\n  - match: GET /v1/cases\n    scope:"
                                        + " cases:read\n",
                                "policy.yaml"),
                        Map.of()));
        Awaitility.await().until(control::ready);
    }

    @AfterEach
    void stop() {
        control.close();
    }

    @Test
    void outputJson_ofEveryCommand_isTheBodyOfRest() throws Exception {
        assertSame(
                rest("POST", "/v1/workspaces", "{\"id\":\"ws_2\"}").replace("ws_2", "ws_1"),
                cli("workspaces", "create", "ws_1"));
        assertThat(cli("workspaces", "list")).isEqualTo(rest("GET", "/v1/workspaces", ""));
        assertThat(cli("workspaces", "get", "ws_1")).isEqualTo(rest("GET", "/v1/workspaces/ws_1", ""));
        assertThat(cli("workspaces", "deactivate", "ws_1"))
                .isEqualTo(rest("POST", "/v1/workspaces/ws_1:deactivate", ""));
        assertThat(cli("workspaces", "activate", "ws_1")).isEqualTo(rest("POST", "/v1/workspaces/ws_1:activate", ""));

        String created = cli("keys", "create", "--workspace=ws_1", "--name=CRM", "--scope=cases:read");
        assertSame(rest("POST", KEYS, "{\"name\":\"CRM\",\"scopes\":[\"cases:read\"]}"), created);
        String id = JSON.readTree(created).at("/key/id").textValue();
        String secret = JSON.readTree(created).get("secret").textValue();
        String key = "/v1/workspaces/-/keys/" + id;
        assertThat(cli("keys", "list", "--workspace=ws_1")).isEqualTo(rest("GET", KEYS, ""));
        assertThat(cli("keys", "get", id)).isEqualTo(rest("GET", key, ""));
        assertThat(cli("keys", "update", id, "--name=CRM 2")).isEqualTo(rest("PATCH", key, "{\"name\":\"CRM 2\"}"));
        String asked = "{\"secret\":\"" + secret + "\"";
        assertThat(input(secret, "keys", "find", "--key-stdin")).isEqualTo(rest("POST", "/v1/keys:find", asked + "}"));
        assertThat(input(secret, "explain", "GET", "/v1/cases", "--key-stdin"))
                .isEqualTo(rest("POST", "/v1:explain", asked + ",\"method\":\"GET\",\"path\":\"/v1/cases\"}"));

        String rotation = "{\"request_id\":\"r-1\",\"overlap\":\"60s\"}";
        String rotated = rest("POST", key + ":rotate", rotation);
        assertThat(JSON.readTree(rotated).get("repeated").booleanValue()).isFalse();
        assertThat(cli("keys", "rotate", id, "--overlap=60s", "--request-id=r-1"))
                .isEqualTo(rest("POST", key + ":rotate", rotation));
        assertThat(cli("keys", "revoke", id)).isEqualTo(rest("POST", key + ":revoke", ""));
        assertThat(input(secret, "keys", "revoke", "--key-stdin"))
                .isEqualTo(rest("POST", "/v1/keys:revoke", asked + "}"));
        assertThat(cli("audit", "list", "--workspace=ws_1"))
                .isEqualTo(rest("GET", "/v1/workspaces/ws_1/audit?page_size=1000", ""));
        assertThat(cli("workspaces", "revoke-all", "ws_2", "--reason=a", "--yes"))
                .isEqualTo(rest("POST", "/v1/workspaces/ws_2/keys:revokeAll", "{\"reason\":\"a\"}"));
    }

    private static void assertSame(String rest, String cli) {
        assertThat(masked(cli)).isEqualTo(masked(rest));
    }

    private static String masked(String body) {
        return body.replaceAll("key_[0-9a-z]{26}", "ID")
                .replaceAll("\"20\\d\\d-[^\"]*Z\"", "TIME")
                .replaceAll("opt_live_[0-9A-Za-z]+", "SECRET");
    }

    private String cli(String... args) {
        return input("", args);
    }

    private String input(String input, String... args) {
        String[] all = new String[args.length + 1];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--output=json";
        Run run = Run.withInput(
                input, Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:" + control.port(), "LATCHKEY_TOKEN", TOKEN), all);
        assertThat(run.status()).as(run.err()).isZero();
        return run.out();
    }

    /** Returns the body, and the line feed that the command ends with. */
    private String rest(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control.port() + path))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body() + "\n";
    }
}
