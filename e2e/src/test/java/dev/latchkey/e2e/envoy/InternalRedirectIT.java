package dev.latchkey.e2e.envoy;

import static dev.latchkey.e2e.World.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.redis.LoopbackServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An Envoy that follows the upstream's redirects itself: the target is checked as a request of its own, with the same
 * key.
 */
class InternalRedirectIT {
    private static final String ROUTE =
            "              - match: { prefix: / }\n                route: { cluster: api, timeout: 30s }\n";

    private RedirectingUpstream upstream;
    private World world;

    @BeforeEach
    void start() throws IOException {
        upstream = new RedirectingUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        world.close();
        upstream.close();
    }

    @Test
    void redirect_toAnAllowedTarget_isFollowedAndTheKeyReachesNoUpstream() {
        String key = start(/* keepsCredential= */ true, "cases:read", "parties:read");

        RawHttp.Response response = world.get("/v1/cases", key);

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        assertThat(response.headers()).noneMatch(header -> header[0].equals("authorization"));
        assertThat(upstream.targets()).containsExactly("/v1/cases", "/v1/parties");
        assertThat(world.tap.checks()).hasSize(2);
        assertThat(world.tap.checks().get(1).http().getPath()).isEqualTo("/v1/parties");
        assertThat(upstream.heads)
                .allSatisfy(head -> assertThat(head)
                        .contains("x-latchkey-workspace: ws_1")
                        .noneMatch(line -> line.startsWith("authorization") || line.contains(key)));
    }

    @Test
    void redirect_toATargetThatTheKeyMayNotReach_isRefused() {
        String key = start(/* keepsCredential= */ true, "cases:read");

        RawHttp.Response response = world.get("/v1/cases", key);

        assertProblem(response, 403, "AUTH_INSUFFICIENT_SCOPE");
        assertThat(upstream.targets()).containsExactly("/v1/cases");
    }

    @Test
    void redirect_ofARequestWithoutKey_isRefusedAtTheTarget() {
        start(/* keepsCredential= */ true);

        assertProblem(world.send("GET", "/healthz"), 401, "AUTH_INVALID_KEY");
        assertThat(upstream.targets()).containsExactly("/healthz");
    }

    @Test
    void redirect_twoRequestsOnOneConnection_eachHasItsOwnKeyOnly() {
        String key = start(/* keepsCredential= */ true, "cases:read", "parties:read");

        RawHttp.Response both =
                world.raw("GET /v1/cases HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n\r\n");
        RawHttp.Response without = world.send("GET", "/v1/cases");

        assertThat(both.status()).isEqualTo(200);
        assertProblem(without, 401, "AUTH_INVALID_KEY");
    }

    /** Why the reference configuration has the two filters. */
    @Test
    void redirect_credentialNotKept_isRefusedThoughTheKeyIsGood() {
        String key = start(/* keepsCredential= */ false, "cases:read", "parties:read");

        assertProblem(world.get("/v1/cases", key), 401, "AUTH_INVALID_KEY");
        assertThat(upstream.targets()).containsExactly("/v1/cases");
    }

    private String start(boolean keepsCredential, String... scopes) {
        world = new World.Options()
                .port(8080, upstream.port())
                .envoyConfig(config -> redirecting(config, keepsCredential))
                .tapped()
                .start();
        world.putWorkspace("ws_1", true);
        return scopes.length == 0 ? "" : world.store("key_1", "ws_1", Environment.LIVE, scopes);
    }

    private static String redirecting(String config, boolean keepsCredential) {
        assertThat(config).contains(ROUTE, "#r - name: keep-credential", "#r     - name: hand-on-credential");
        String policy = "internal_redirect_policy: { response_headers_to_copy: [authorization] }";
        String redirecting = config.replace(ROUTE, ROUTE.replace("30s }", "30s, " + policy + " }"));
        return keepsCredential ? redirecting.replace("#r ", "") : redirecting;
    }

    /** Sends everything to {@code /v1/parties}, which answers 200. */
    private static final class RedirectingUpstream extends LoopbackServer {
        private final List<List<String>> heads = new CopyOnWriteArrayList<>();

        RedirectingUpstream() throws IOException {
            start();
        }

        List<String> targets() {
            return heads.stream().map(head -> head.get(0).split(" ")[1]).toList();
        }

        @Override
        protected void serve(Socket client) throws IOException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            while (true) {
                List<String> head = new ArrayList<>();
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    head.add(line);
                }
                if (head.isEmpty()) {
                    return;
                }
                heads.add(head);
                boolean there = head.get(0).startsWith("GET /v1/parties ");
                String answer = there
                        ? "200 OK"
                        : "302 Found\r\nauthorization: Bearer of.the.upstream\r\nlocation:"
                                + " http://api.example.com/v1/parties";
                client.getOutputStream()
                        .write(("HTTP/1.1 " + answer + "\r\ncontent-length: 0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
