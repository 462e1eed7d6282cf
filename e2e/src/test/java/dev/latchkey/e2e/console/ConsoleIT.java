package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.WebElement;

/**
 * The life of a key in a real browser, as a person leads it, up to the requests that a real Envoy lets through or not.
 */
@Tag("one-envoy")
@ExtendWith(ConsoleExtension.class)
class ConsoleIT {
    private final ConsoleWorld console;
    private final Browser browser;

    ConsoleIT(ConsoleWorld console, Browser browser) {
        this.console = console;
        this.browser = browser;
    }

    @Test
    void key_createdRotatedAndRevoked_isWhatEnvoyGoesBy() {
        console.keysOf(browser, "ws_1");

        String first = create("CRM Integration", "cases:read", "parties:read");
        assertThat(console.status(first)).isEqualTo(200);
        browser.see("CRM Integration");
        browser.see(first.substring(0, 13));

        browser.click("button", "Rotate CRM Integration");
        browser.click("radio", "1 hour");
        browser.click("button", "Rotate key");
        String second = takeSecret();
        assertThat(second).isNotEqualTo(first);
        assertThat(console.status(first)).isEqualTo(200);
        assertThat(console.status(second)).isEqualTo(200);
        browser.see("replaced by " + second.substring(0, 13));

        browser.choose("Sort", "Oldest first");
        Awaitility.await().until(() -> revokeButtons() == 2);
        browser.all("button", "Revoke CRM Integration").get(0).click();
        browser.see("401 AUTH_INVALID_KEY");
        browser.type("Reason", "no longer needed");
        browser.click("button", "Revoke key");
        browser.see("CRM Integration is revoked.");
        Awaitility.await().until(() -> console.status(first) == 401);
        assertThat(console.status(second)).isEqualTo(200);

        browser.click("link", "Activity");
        browser.see("olga revoked CRM Integration");
        browser.see("active → revoked");
        browser.see("“no longer needed”");
        browser.see("olga created CRM Integration");
        browser.assertNoComplaint();
    }

    @Test
    void leakedKey_rotatedWithoutOverlap_isRefusedAtOnce() {
        console.keysOf(browser, "ws_1");
        String leaked = create("Leaked", "cases:read");
        assertThat(console.status(leaked)).isEqualTo(200);

        browser.click("button", "Rotate Leaked");
        browser.click("radio", "None: it has leaked");
        browser.click("button", "Rotate key");
        String fresh = takeSecret();

        Awaitility.await().until(() -> console.status(leaked) == 401);
        assertThat(console.status(fresh)).isEqualTo(200);
        browser.assertNoComplaint();
    }

    @Test
    void key_edited_isRenamedAndAllowsLess() {
        console.keysOf(browser, "ws_1");
        String secret = create("Too much", "cases:read", "parties:read");

        browser.click("button", "Edit Too much");
        browser.type("Name", "Just enough");
        browser.click("checkbox", "cases:read");
        browser.click("button", "Save changes");

        browser.see("Just enough is changed.");
        Awaitility.await().until(() -> console.status(secret) == 403);
        browser.click("link", "Activity");
        browser.see("Too much → Just enough");
        browser.see("without\ncases:read");
        browser.assertNoComplaint();
    }

    @Test
    void list_isSearchedFilteredAndLinked() {
        console.keysOf(browser, "ws_1");
        create("Findable", "cases:read");
        create("Elsewhere", "cases:read");

        browser.find("textbox", "Search by name").sendKeys("findAB");
        browser.seeNo("Elsewhere");
        browser.see("Findable");
        browser.click("button", "Revoke Findable");
        browser.click("button", "Revoke key");
        browser.see("Findable is revoked.");
        browser.choose("Show", "Revoked");
        browser.see("1 key");
        browser.choose("Show", "Active");
        browser.see("No key matches");
        browser.click("button", "Show the active keys");
        browser.see("Elsewhere");
        browser.choose("Show", "Expiring in 14 days");
        browser.see("No key matches");

        browser.choose("Show", "Revoked");
        browser.click("button", "Findable");
        browser.click("link", "Activity of this key");
        browser.see("olga revoked Findable");
        browser.seeNo("Elsewhere");
        browser.assertNoComplaint();
    }

    @Test
    void list_longerThanAPage_showsMoreOnDemand() {
        console.admin.createWorkspace("ws_many");
        for (int i = 0; i < 30; i++) {
            var unused = console.admin.createKey("ws_many");
        }
        console.keysOf(browser, "ws_many");

        browser.see("The first 25 keys");
        browser.click("button", "Show more");
        browser.seeNo("The first");
        browser.see("30 keys");
        browser.assertNoComplaint();
    }

    @Test
    void key_createdWhereALaterPageHasIt_isShownOnce() {
        console.admin.createWorkspace("ws_sorted");
        for (int i = 0; i < 30; i++) {
            var unused = console.admin.createKey("ws_sorted");
        }
        console.keysOf(browser, "ws_sorted");
        browser.choose("Sort", "Name, A to Z");
        browser.see("The first 25 keys");
        create("The last by name", "cases:read");

        browser.see("The first 26 keys");
        browser.click("button", "Show more");
        browser.see("31 keys");
        assertThat(browser.all("button", "Revoke The last by name")).hasSize(1);
        browser.assertNoComplaint();
    }

    @Test
    void create_answerLost_repeatedMakesNoSecondKeyAndSaysSo() {
        console.keysOf(browser, "ws_1");
        loseNextAnswer();
        browser.click("button", "Create API key");
        browser.type("Name", "Asked for twice");
        browser.click("checkbox", "cases:read");
        browser.click("button", "Generate key");
        browser.see("The control plane does not answer.");
        browser.click("button", "Generate key");

        browser.see("This key exists already");
        browser.click("button", "Rotate");
        browser.click("button", "Rotate key");
        assertThat(console.status(takeSecret())).isEqualTo(200);
        browser.find("textbox", "Search by name").sendKeys("Asked for twice");
        browser.see("\n1 key\n");
        browser.assertNoComplaint();
    }

    @Test
    void workspace_allKeysRevoked_nothingPassesAnyMore() {
        console.keysOf(browser, "ws_2");
        String one = create("One", "cases:read");
        String other = create("Other", "cases:read");

        browser.click("button", "Revoke all keys");
        browser.click("checkbox", "I understand");
        browser.click("button", "Revoke all keys");

        browser.see("No active API key");
        Awaitility.await().until(() -> console.status(one) == 401 && console.status(other) == 401);
        browser.assertNoComplaint();
    }

    @Test
    void workspace_allKeysRevoked_answerLost_listIsTrueNevertheless() {
        console.keysOf(browser, "ws_2");
        create("One", "cases:read");
        loseNextAnswer();

        browser.click("button", "Revoke all keys");
        browser.click("checkbox", "I understand");
        browser.click("button", "Revoke all keys");

        browser.see("The control plane does not answer.");
        browser.see("No active API key");
        browser.click("button", "Revoke all keys");
        browser.seeNo("Revoke all keys");
        browser.assertNoComplaint();
    }

    @Test
    void request_tried_tellsWhyAndWhatTheClientGets() {
        console.keysOf(browser, "ws_1");
        String secret = create("Reading cases", "cases:read");
        browser.click("link", "Try a request");

        browser.type("Path", "/v1/parties");
        browser.type("API key", secret);
        assertThat(browser.find("textbox", "API key").getAttribute("type")).isEqualTo("password");
        browser.click("button", "Explain");
        browser.see("Denied: 403 AUTH_INSUFFICIENT_SCOPE");
        browser.see("scope_missing");
        browser.see("the key holds cases:read");
        browser.see("www-authenticate: Bearer");

        browser.type("Path", "/v1/cases");
        browser.click("button", "Explain");
        browser.see("Allowed");
        browser.see("x-latchkey-workspace: ws_1");
        browser.assertNoComplaint();
    }

    @Test
    void mistakes_areToldAtTheirFields() {
        console.keysOf(browser, "ws_1");
        browser.click("button", "Create API key");
        browser.click("button", "Generate key");
        browser.see("Give it a name that says what it is for.");
        browser.see("Tick at least one scope.");
        browser.click("radio", "On a date");
        browser.run("""
                const day = document.querySelector('input[type=date]');
                day.value = '120260-01-31';
                day.dispatchEvent(new Event('input', { bubbles: true }));""");
        browser.click("button", "Generate key");
        browser.see("Choose a date.");
        browser.click("radio", "1 year");

        browser.type("Name", "opt_live_0000000000000000000000000000000046uziL");
        browser.click("checkbox", "cases:read");
        browser.click("button", "Generate key");

        WebElement name = browser.find("textbox", "Name");
        Awaitility.await().until(() -> "true".equals(name.getAttribute("aria-invalid")));
        browser.see("(expected:");
        assertThat(browser.text()).doesNotContain("opt_live_0000000000000000000000000000000046uziL");
        assertThat(browser.complaints())
                .hasSize(1)
                .allSatisfy(line -> assertThat(line)
                        .contains("/keys - Failed to load resource: the server responded with a status of 400"));
    }

    /** The next change is made, and the page is not told. */
    private void loseNextAnswer() {
        browser.run("""
                const real = window.fetch;
                window.fetch = async (url, options) => {
                  const answer = await real(url, options);
                  if (options.method === 'POST') {
                    window.fetch = real;
                    throw new TypeError('lost on the way');
                  }
                  return answer;
                };""");
    }

    private long revokeButtons() {
        return browser.all("button", "Revoke CRM Integration").size();
    }

    /** Creates a key with these scopes, and returns the secret. */
    private String create(String name, String... scopes) {
        browser.click("button", "Create API key");
        browser.type("Name", name);
        for (String scope : scopes) {
            browser.click("checkbox", scope);
        }
        browser.click("button", "Generate key");
        return takeSecret();
    }

    private String takeSecret() {
        browser.see("This is the only time that it is shown.");
        String secret = browser.all("textbox", "").get(0).getAttribute("value");
        browser.click("checkbox", "I have stored this key");
        browser.click("button", "Done");
        browser.seeNo("This is the only time that it is shown.");
        return secret;
    }
}
