package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.console.Browser;
import dev.latchkey.e2e.console.ConsoleWorld;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One walk through the life of keys, a step here and a step there: command line, REST and page say the same of the same
 * state.
 */
@Tag("one-envoy")
class SameWordsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEYS = "/v1/workspaces/ws_1/keys";

    private static ConsoleWorld console;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws IOException {
        console = new ConsoleWorld();
    }

    @AfterAll
    static void stop() {
        console.close();
    }

    @Test
    void keys_inEveryState_haveTheSameWordsEverywhere() throws Exception {
        cli("keys", "create", "--workspace=ws_1", "--name=Active one", "--scope=cases:read", "--environment=test");
        String leaked = rest("POST", KEYS, "{\"name\":\"Expired one\",\"scopes\":[\"cases:read\",\"cases:write\"]}")
                .at("/key/id")
                .asText();
        JsonNode successor = rest("POST", KEYS + "/" + leaked + ":rotate", "{\"overlap\":\"0s\"}");
        cli("keys", "update", successor.at("/key/id").asText(), "--name=Revoked one");

        try (Browser browser = new Browser()) {
            console.keysOf(browser, "ws_1");
            browser.click("button", "Revoke Revoked one");
            browser.type("Reason", "it was only a test");
            browser.click("button", "Revoke key");
            browser.see("Revoked one is revoked.");
            browser.choose("Show", "All");
            browser.see("3 keys");

            List<String> table = cli("keys", "list", "--workspace=ws_1", "--all")
                    .out()
                    .lines()
                    .toList();
            JsonNode listed = rest("GET", KEYS + "?show_all=true", "").get("keys");
            assertThat(listed.findValuesAsText("state")).containsExactly("active", "expired", "revoked");
            for (JsonNode key : listed) {
                String name = key.get("name").asText();
                List<String> words = words(key);
                assertThat(line(table, name)).as("command line").contains(words);
                assertThat(row(browser, name)).as("page").contains(words);
            }

            String refusal = cli("keys", "rotate", leaked).err();
            String detail = rest("POST", KEYS + "/" + leaked + ":rotate", "{}")
                    .get("detail")
                    .asText();
            assertThat(detail).contains("is expired");
            assertThat(refusal).contains(detail);
            browser.click("link", "Activity");
            browser.see("“it was only a test”");
            assertThat(cli("audit", "list", "--workspace=ws_1", "--action=key.revoke")
                            .out())
                    .contains("it was only a test", "olga");
            assertThat(rest("GET", "/v1/workspaces/ws_1/audit?action=key.revoke", "")
                            .at("/entries/0/reason")
                            .asText())
                    .isEqualTo("it was only a test");
            browser.assertNoComplaint();
        }
    }

    @Test
    void workspace_inactive_isThatEverywhere() throws Exception {
        cli("workspaces", "deactivate", "ws_2");

        assertThat(cli("workspaces", "get", "ws_2").out()).contains("inactive");
        assertThat(rest("GET", "/v1/workspaces/ws_2", "").at("/workspace/state").asText())
                .isEqualTo("inactive");
        try (Browser browser = new Browser()) {
            console.keysOf(browser, "ws_2");
            browser.see("inactive");
            browser.see("AUTH_TENANT_INACTIVE");
            browser.assertNoComplaint();
        }
    }

    private static List<String> words(JsonNode key) {
        return List.of(
                key.get("state").asText(),
                key.get("environment").asText(),
                key.get("start").asText(),
                key.at("/scopes/0").asText());
    }

    private static String line(List<String> table, String name) {
        return table.stream().filter(line -> line.contains(name)).findFirst().orElse("no line of " + name);
    }

    private static String row(Browser browser, String name) {
        return browser.all("row", "").stream()
                .map(row -> row.getText())
                .filter(text -> text.contains(name))
                .findFirst()
                .orElse("no row of " + name);
    }

    private static CommandProcess.Result cli(String... args) {
        return CommandProcess.run(
                Map.of(
                        "LATCHKEY_CONTROL",
                        "http://127.0.0.1:" + console.control.port(),
                        "LATCHKEY_TOKEN",
                        AdminApi.TOKEN),
                args);
    }

    private JsonNode rest(String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(console.url()).resolve(path))
                .method(method, BodyPublishers.ofString(body))
                .header("authorization", "Bearer " + AdminApi.TOKEN)
                .header("content-type", "application/json")
                .build();
        return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    }
}
