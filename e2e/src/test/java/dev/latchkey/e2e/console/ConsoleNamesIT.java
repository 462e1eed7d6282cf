package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.RevokeKeyRequest;
import io.lettuce.core.Range;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names with characters that do not show, which the ledger has from before they were refused, in a real browser. */
@Tag("one-envoy")
@ExtendWith(ConsoleExtension.class)
class ConsoleNamesIT {
    private static final String HIDDEN = "[\\p{Cc}\\p{Cf}\\u00a0\\u3164&&[^\\n\\t]]";

    private final ConsoleWorld console;
    private final Browser browser;

    ConsoleNamesIT(ConsoleWorld console, Browser browser) {
        this.console = console;
        this.browser = browser;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nbsp,            CRM\\u00a0Integration,             CRM\\u00a0Integration",
        "zero-width,      CRM\\u200bIntegration,             CRM\\u200bIntegration",
        "hangul-filler,   CRM\\u3164Integration,             CRM\\u3164Integration",
        "bom,             \\ufeffCRM Integration,            \\ufeffCRM Integration",
        "right-to-left,   CRM\\u202enoitargetnI,             CRM\\u202enoitargetnI",
        "isolates,        \\u2066CRM\\u2069,                 \\u2066CRM\\u2069",
        "blank,           \\u3164,                           \\u3164",
        "stacked-marks,   Zo\\u0300\\u0301\\u0302\\u0303e,   Zo\\u0300\\u0301\\u0302#0303e",
        "leading-mark,    \\u0301Zoe,                        #0301Zoe",
        "beyond-the-bmp,  CRM\\udb40\\udd00,                 CRM#e0100"
    })
    void storedName_withHiddenCharacters_isShownWithEscapesEverywhere(String kind, String json, String escaped) {
        String workspace = "ws_" + kind;
        String stored = unescaped(json);
        // Marks that stand where a script puts them are shown as they are; all else as its escape.
        String seen = escaped.contains("#") ? unescaped(escaped).replace("#", "\\u") : escaped;
        String id = putIntoRedis(workspace, stored);
        console.signIn(browser, ConsoleWorld.OPERATOR);
        browser.find("heading", "Workspaces");
        browser.run("location.hash = '#/" + workspace + "/keys'");

        browser.find("button", seen);
        assertShownSafely(stored);
        assertThat(browser.run("return document.title")).isEqualTo("API keys · " + seen + " · Latchkey");
        for (String action : new String[] {"Edit ", "Rotate ", "Revoke "}) {
            browser.click("button", action + seen);
            browser.find("dialog", action + seen);
            assertShownSafely(stored);
            browser.click("button", "Close");
        }
        browser.click("button", seen);
        browser.find("dialog", seen);
        browser.see(id);
        browser.click("link", "Activity of this key");
        browser.see("created " + seen);
        browser.see("“" + seen + "”");
        assertShownSafely(stored);
        assertThat(browser.run("return document.title")).isEqualTo("Activity · " + seen + " · Latchkey");
        browser.click("link", "Workspaces");
        browser.find("link", seen);
        assertShownSafely(stored);
        browser.assertNoComplaint();
    }

    /**
     * Neither text, attributes, fields nor the title have the name as it is stored, nor any character that does not
     * show.
     */
    private void assertShownSafely(String stored) {
        String everything = (String) browser.run("""
                return [document.documentElement.outerHTML, document.title, document.body.innerText,
                  ...[...document.querySelectorAll('input, textarea')].map((field) => field.value)].join('\\n')""");
        assertThat(everything).doesNotContain(stored).doesNotContainPattern(HIDDEN);
    }

    /** Makes a workspace with an active and a revoked key, all of this name; returns the id of the active one. */
    private String putIntoRedis(String workspace, String name) {
        String asMade = "placeholder";
        var unused = console.admin
                .workspaces()
                .createWorkspace(CreateWorkspaceRequest.newBuilder()
                        .setId(workspace)
                        .setName(asMade)
                        .build());
        String revoked = key(workspace, asMade);
        var revocation = console.admin
                .keys()
                .revokeKey(RevokeKeyRequest.newBuilder()
                        .setWorkspace(workspace)
                        .setId(revoked)
                        .setReason(asMade)
                        .build());
        assertThat(revocation.getKey().getId()).isEqualTo(revoked);
        String id = key(workspace, asMade);
        String ledger = "latchkey:ledger:{" + workspace + "}:";
        RedisCommands<String, String> redis = console.world.redis.commands();
        redis.hgetall(ledger + "records")
                .forEach((field, text) -> redis.hset(ledger + "records", field, text.replace(asMade, name)));
        // One entry of the trail tells of a reason; both keys' entries are put under the one that is looked at.
        var entries = redis.xrange(ledger + "audit", Range.unbounded());
        redis.del(ledger + "audit");
        entries.forEach(entry -> {
            Map<String, String> fields = new HashMap<>();
            entry.getBody()
                    .forEach((field, text) ->
                            fields.put(field, text.replace(asMade, name).replace(revoked, id)));
            redis.xadd(ledger + "audit", fields);
        });
        return id;
    }

    private String key(String workspace, String name) {
        return console.admin
                .keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace(workspace)
                        .setName(name)
                        .addScopes("cases:read")
                        .build())
                .getKey()
                .getId();
    }

    /** Reads escapes as JSON has them. */
    private static String unescaped(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\\u", i)) {
                result.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                result.append(text.charAt(i));
            }
        }
        return result.toString();
    }
}
