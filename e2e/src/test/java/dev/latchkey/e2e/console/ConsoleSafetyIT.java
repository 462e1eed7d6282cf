package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.v1.CreateKeyRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What the page keeps to itself, whom it shows what, and what a browser does not let it do. */
@Tag("one-envoy")
@ExtendWith(ConsoleExtension.class)
class ConsoleSafetyIT {
    private static final String MARKUP = "<img src=x onerror=window.broken=1><script>window.broken=1</script>";

    private final ConsoleWorld console;
    private final Browser browser;

    ConsoleSafetyIT(ConsoleWorld console, Browser browser) {
        this.console = console;
        this.browser = browser;
    }

    @Test
    void secret_dialogClosed_isNowhereAnyMore() {
        console.keysOf(browser, "ws_1");
        browser.click("button", "Create API key");
        browser.type("Name", "Once");
        browser.click("checkbox", "cases:read");
        browser.click("button", "Generate key");
        browser.see("This is the only time that it is shown.");
        String secret = browser.all("textbox", "").get(0).getAttribute("value");
        assertThat(everything()).contains(secret);

        browser.press(Keys.ESCAPE, Keys.ESCAPE, Keys.ESCAPE);
        browser.see("This is the only time that it is shown.");
        assertThat(browser.find("button", "Done").isEnabled()).isFalse();
        browser.click("checkbox", "I have stored this key");
        browser.click("button", "Done");
        browser.seeNo("This is the only time that it is shown.");

        assertThat(everything()).contains(secret.substring(0, 13)).doesNotContain(secret.substring(13));
        browser.assertNoComplaint();
    }

    @Test
    void token_isInMemory_andGoneWithAReload() {
        console.keysOf(browser, "ws_1");
        assertThat(everything()).doesNotContain(ConsoleWorld.OPERATOR);

        browser.open(browser.url());
        browser.run("location.reload()");
        browser.find("heading", "Sign in to manage API keys");
        browser.assertNoComplaint();
    }

    @Test
    void token_keptOverAReloadIfAskedFor_isGoneAfterSigningOut() {
        browser.open(console.url());
        browser.type("Admin token", ConsoleWorld.OPERATOR);
        browser.click("checkbox", "Stay signed in");
        browser.click("button", "Sign in");
        browser.find("heading", "Workspaces");
        browser.run("location.reload()");
        browser.find("heading", "Workspaces");
        assertThat(browser.run("return JSON.stringify(localStorage) + document.cookie + location.href"))
                .asString()
                .doesNotContain(ConsoleWorld.OPERATOR);

        browser.click("button", "Sign out");
        browser.find("heading", "Sign in to manage API keys");
        assertThat(everything()).doesNotContain(ConsoleWorld.OPERATOR);
        browser.assertNoComplaint();
    }

    @Test
    void token_notKnown_leadsBackAndSaysSo() {
        console.signIn(browser, "latchkey_admin_of-nobody");

        browser.see("This token is not accepted");
        browser.find("textbox", "Admin token");
    }

    @Test
    void name_thatIsMarkup_isShownAsText() {
        var unused = console.admin
                .keys()
                .createKey(CreateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setName(MARKUP)
                        .addScopes("cases:read")
                        .build());
        console.keysOf(browser, "ws_1");

        browser.see(MARKUP);
        for (String action : List.of("Edit ", "Rotate ", "Revoke ")) {
            browser.click("button", action + MARKUP);
            browser.find("dialog", action + MARKUP);
            browser.click("button", "Close");
        }
        browser.click("button", MARKUP);
        browser.click("link", "Activity of this key");
        browser.see("created " + MARKUP);

        assertThat(browser.run("return window.broken")).isNull();
        assertThat(browser.run("return document.querySelectorAll('img, body script').length"))
                .isEqualTo(0L);
        browser.assertNoComplaint();
    }

    @Test
    void code_thatGetsIntoThePage_isNotRun() {
        console.keysOf(browser, "ws_1");
        browser.assertNoComplaint();

        Map<String, String> attempts = Map.of(
                "inline script",
                "const s = document.createElement('script'); s.append('window.broken = 1'); document.body.append(s)",
                "script of another origin",
                "const s = document.createElement('script'); s.setAttribute('src', 'http://127.0.0.2:1/x.js');"
                        + " document.body.append(s)",
                "event handler",
                "const i = document.createElement('img'); i.setAttribute('onerror', 'window.broken = 1'); i.src = 'x:';"
                        + " document.body.append(i)",
                "markup",
                "document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"window.broken = 1\">')",
                "eval",
                "setTimeout('window.broken = 1')");
        attempts.forEach((name, attempt) -> {
            browser.run("try { " + attempt + " } catch (refused) { window.refused = String(refused) }");
            browser.runAsync("setTimeout(arguments[0], 50)");
            assertThat(browser.run("return window.broken")).as(name).isNull();
        });
        assertThat((List<?>) browser.run("return window.violations")).hasSizeGreaterThanOrEqualTo(attempts.size());
    }

    @Test
    void page_sendsNothingElsewhere() {
        console.keysOf(browser, "ws_1");

        Object refused = browser.runAsync(
                "const done = arguments[0]; fetch('http://127.0.0.2:1/').then(() => done('sent'), (e) =>"
                        + " done('refused'))");

        assertThat(refused).isEqualTo("refused");
        assertThat(browser.run("return window.violations").toString()).contains("connect-src http://127.0.0.2:1/");
    }

    @Test
    void manager_seesTheirWorkspaceAndNoOther() {
        console.signIn(browser, ConsoleWorld.MANAGER);
        browser.find("heading", "API keys");
        browser.see("max");
        browser.find("button", "Create API key");
        assertThat(browser.inSight("link", "Workspaces")).isEmpty();

        browser.run("location.hash = '#/ws_2/keys'");
        browser.find("heading", "API keys");
        browser.see("ws_1");
        assertThat(browser.text()).doesNotContain("ws_2");
        browser.assertNoComplaint();
    }

    @Test
    void reader_seesKeysAndNothingToChangeThem() {
        var unused = console.admin.createKey("ws_1");
        console.signIn(browser, ConsoleWorld.READER);

        browser.click("button", "CRM Integration");
        browser.see("Pepper");
        assertThat(changing()).isEmpty();
        browser.click("button", "Close");
        browser.find("heading", "API keys");
        assertThat(changing()).isEmpty();
        browser.assertNoComplaint();
    }

    @Test
    void workspace_inactive_saysWhatItsKeysGet() {
        console.admin.createWorkspace("ws_off");
        console.admin.deactivateWorkspace("ws_off");
        console.keysOf(browser, "ws_off");

        browser.see("This workspace is inactive.");
        browser.see("403 AUTH_TENANT_INACTIVE");
        browser.assertNoComplaint();
    }

    private List<String> changing() {
        return browser.all("button", "").stream()
                .map(WebElement::getAccessibleName)
                .filter(label -> label.matches("(Create|Edit|Rotate|Revoke) .*"))
                .toList();
    }

    /** Returns the page as it is, with what is in its fields, and all that it could have kept anywhere. */
    private String everything() {
        return (String) browser.run("""
                return [document.documentElement.outerHTML, location.href, document.cookie, document.title,
                  JSON.stringify(history.state), JSON.stringify(localStorage), JSON.stringify(sessionStorage),
                  ...[...document.querySelectorAll('input, textarea')].map((field) => field.value)].join('\\n')""");
    }
}
