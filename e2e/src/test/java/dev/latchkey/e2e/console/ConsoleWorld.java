package dev.latchkey.e2e.console;

import dev.latchkey.config.AdminToken;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.Metrics;
import dev.latchkey.e2e.World;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.ListKeysRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * The page on a real control plane, before a real Envoy and sidecar; tokens of each role; the workspaces ws_1 and ws_2.
 */
public final class ConsoleWorld implements AutoCloseable {
    static final String OPERATOR = "latchkey_admin_of-an-operator";
    static final String MANAGER = "latchkey_admin_of-a-manager";
    static final String READER = "latchkey_admin_of-a-reader";

    static final String API_URL = "https://api.acme.example";

    private static final String TOKENS = String.join(
            ",",
            AdminApi.TOKENS,
            "olga:operator:" + AdminToken.hash(OPERATOR),
            "max:manager:ws_1:" + AdminToken.hash(MANAGER),
            "rita:reader:ws_1:" + AdminToken.hash(READER));

    private final Closing made = new Closing();
    final World world;
    public final ControlPlane control;
    final AdminApi admin;

    public ConsoleWorld() throws IOException {
        world = made.add(new World.Options().start());
        control = made.add(AdminApi.startControl(
                world.redis.uri(), Map.of("LATCHKEY_CONTROL_TOKENS", TOKENS, "LATCHKEY_CONSOLE_API_URL", API_URL)));
        admin = made.add(new AdminApi(control.port()));
        Awaitility.await().until(control::ready);
        admin.createWorkspace("ws_1");
        admin.createWorkspace("ws_2");
        Awaitility.await().until(() -> Metrics.at(world.sidecar.opsPort(), "latchkey_cache_usable") == 1);
    }

    public String url() {
        return "http://127.0.0.1:" + control.port() + "/";
    }

    /** Opens the page and signs in. */
    void signIn(Browser browser, String token) {
        browser.open(url());
        browser.type("Admin token", token);
        browser.click("button", "Sign in");
    }

    /** Opens the page, signs in as operator, and goes to the keys of a workspace. */
    public void keysOf(Browser browser, String workspace) {
        signIn(browser, OPERATOR);
        browser.click("link", workspace);
        browser.find("heading", "API keys");
        browser.see("Show");
    }

    /** Returns the keys of {@code ws_1} whose name contains {@code name}. */
    List<Key> keysNamed(String name) {
        return admin.keys()
                .listKeys(ListKeysRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setName(name)
                        .build())
                .getKeysList();
    }

    /** Returns the status that the real Envoy answers a request with this key. */
    int status(String key) {
        return world.get("/v1/cases", key).status();
    }

    @Override
    public void close() {
        made.close();
    }
}
