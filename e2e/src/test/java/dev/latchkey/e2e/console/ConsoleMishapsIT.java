package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Impatient people, two tabs, networks that fail and browsers that refuse, in a real browser. */
@Tag("one-envoy")
@ExtendWith(ConsoleExtension.class)
class ConsoleMishapsIT {
    private static final String SHOWN_ONCE = "This is the only time that it is shown.";

    /** Keeps the answers to changes back until they are let go: each as it is, or as another that is given instead. */
    private static final String HOLD = """
            const real = window.fetch;
            window.held = [];
            window.fetch = async (url, options) => {
              const answer = await real(url, options);
              return options.method === 'GET' ? answer
                : new Promise((resolve, reject) => window.held.push((instead) => (instead ? instead(resolve, reject) : resolve(answer))));
            };""";

    private final ConsoleWorld console;
    private final Browser browser;

    ConsoleMishapsIT(ConsoleWorld console, Browser browser) {
        this.console = console;
        this.browser = browser;
    }

    @Test
    void twoCreations_answeredAtOnce_secretsAreShownOneAfterTheOther() {
        beforeActivity("ws_1");
        beginCreation("First of two");
        held(1);
        browser.run("history.back()");
        browser.find("heading", "Activity");
        browser.run("history.forward()");
        browser.find("heading", "API keys");
        beginCreation("Second of two");
        held(2);

        browser.run("window.held.forEach((answer) => answer())");

        for (int i = 0; i < 2; i++) {
            browser.find("dialog", "Copy your new key");
            assertThat(console.status(browser.secret())).isEqualTo(200);
            String name = browser.all("textbox", "").get(0).getAccessibleName();
            browser.click("checkbox", "I have stored this key");
            browser.click("button", "Done");
            Awaitility.await().until(() -> browser.inSight("textbox", name).isEmpty());
        }
        browser.seeNo(SHOWN_ONCE);
        browser.assertNoComplaint();
    }

    @Test
    void creation_personIsInAnotherView_leavingIsAskedAboutUntilTheSecretIsStored() {
        beforeActivity("ws_1");
        beginCreation("Asked about elsewhere");
        held(1);
        browser.run("history.back()");
        browser.find("heading", "Activity");
        assertThat(browser.asksBeforeLeaving()).isTrue();

        assertThat(browser.run("""
                return new Promise((resolve) => {
                  const gaps = [];
                  const look = () => {
                    const leaving = new Event('beforeunload', { cancelable: true });
                    window.dispatchEvent(leaving);
                    gaps.push(!leaving.defaultPrevented);
                    if (document.querySelector('textarea.secret')) resolve(gaps.includes(true)); else setTimeout(look);
                  };
                  window.held[0]();
                  look();
                })""")).isEqualTo(false);
        browser.see(SHOWN_ONCE);
        browser.click("checkbox", "I have stored this key");
        assertThat(browser.asksBeforeLeaving()).isFalse();
    }

    @Test
    void creation_failsWhilePersonIsInAnotherView_isToldThere() {
        beforeActivity("ws_1");
        beginCreation("Lost elsewhere");
        held(1);
        browser.run("history.back()");
        browser.find("heading", "Activity");
        browser.run("window.held[0]((resolve, reject) => reject(new TypeError('lost on the way')))");

        browser.find("dialog", "Lost elsewhere: a key may exist");
        browser.see("It may have done what was asked of it, or may still do it.");
        browser.click("button", "OK");
        browser.seeNo("a key may exist");
        assertThat(browser.asksBeforeLeaving()).isFalse();
        browser.assertNoComplaint();
    }

    @Test
    void creation_refusedWhilePersonIsInAnotherView_saysThatThereIsNoKey() {
        beforeActivity("ws_1");
        beginCreation("Refused elsewhere");
        held(1);
        browser.run("history.back()");
        browser.find("heading", "Activity");
        browser.run("""
                window.held[0]((resolve) => resolve(new Response('{"code":"PERMISSION_DENIED","detail":"Not for this token."}',
                  { status: 403, headers: { 'Content-Type': 'application/problem+json' } })))""");

        browser.find("dialog", "Refused elsewhere: no new key");
        browser.see("Not for this token.");
        browser.assertNoComplaint();
    }

    @Test
    void changeAndRevocation_underWay_cannotBeClosedAndCloseNoOtherDialog() {
        console.keysOf(browser, "ws_1");
        create("Sealed");
        browser.run(HOLD);
        browser.click("button", "Edit Sealed");
        browser.type("Name", "Sealed still");
        browser.click("button", "Save changes");
        held(1);
        browser.press(Keys.ESCAPE, Keys.ESCAPE, Keys.ESCAPE);
        browser.find("dialog", "Edit Sealed");
        assertThat(browser.find("button", "Cancel").isEnabled()).isFalse();
        browser.run("window.held[0]()");
        browser.see("Sealed still is changed.");

        browser.click("button", "Revoke Sealed still");
        browser.click("button", "Revoke key");
        held(2);
        browser.press(Keys.ESCAPE, Keys.ESCAPE, Keys.ESCAPE);
        browser.find("dialog", "Revoke Sealed still");
        assertThat(browser.find("button", "Keep it").isEnabled()).isFalse();
        browser.run("window.held[1]()");
        browser.see("Sealed still is revoked.");
        browser.assertNoComplaint();
    }

    @Test
    void formerToken_refusedLate_endsNoSessionOfAnotherToken() {
        beforeActivity("ws_1");
        beginCreation("With the former token");
        held(1);
        browser.run("history.back()");
        browser.click("button", "Sign out");
        browser.type("Admin token", ConsoleWorld.MANAGER);
        browser.click("button", "Sign in");
        browser.see("max");
        browser.run("""
                window.held[0]((resolve) => resolve(new Response('{"code":"UNAUTHENTICATED","detail":"Revoked."}',
                  { status: 401, headers: { 'Content-Type': 'application/problem+json' } })))""");

        browser.find("dialog", "With the former token: no new key");
        browser.click("button", "OK");
        browser.see("max");
        assertThat(browser.inSight("textbox", "Admin token")).isEmpty();
        browser.assertNoComplaint();
    }

    @Test
    void generate_clickedTwiceInOneGo_makesOneKeyAndShowsIt() {
        console.keysOf(browser, "ws_1");
        fillIn("Clicked twice");
        WebElement button = browser.find("button", "Generate key");
        browser.run("arguments[0].click(); arguments[0].click(); arguments[0].click();", button);

        browser.see(SHOWN_ONCE);
        assertThat(console.status(browser.secret())).isEqualTo(200);
        browser.click("checkbox", "I have stored this key");
        browser.click("button", "Done");
        browser.seeNo(SHOWN_ONCE);
        assertThat(browser.all("dialog", "")).isEmpty();
        assertThat(console.keysNamed("Clicked twice")).singleElement().matches(key -> !key.getAnswerUnconfirmed());
        browser.assertNoComplaint();
    }

    @Test
    void enter_heldDown_makesOneKeyAndKeepsItsSecretInSight() {
        console.keysOf(browser, "ws_1");
        fillIn("Enter held down");
        browser.find("textbox", "Name").sendKeys("!");
        browser.press(Keys.ENTER, Keys.ENTER, Keys.ENTER, Keys.ENTER);
        browser.see(SHOWN_ONCE);
        browser.press(Keys.ENTER, Keys.ENTER, Keys.ENTER, Keys.ENTER);

        browser.see(SHOWN_ONCE);
        assertThat(console.status(browser.secret())).isEqualTo(200);
        assertThat(console.keysNamed("Enter held down!")).singleElement().matches(key -> !key.getAnswerUnconfirmed());
        browser.assertNoComplaint();
    }

    @Test
    void key_revokedInAnotherTab_isSaidAndTheListIsTrueAfterwards() {
        console.keysOf(browser, "ws_1");
        create("In two tabs");
        browser.click("button", "Edit In two tabs");
        try (Browser other = new Browser()) {
            console.keysOf(other, "ws_1");
            other.click("button", "Revoke In two tabs");
            other.click("button", "Revoke key");
            other.see("In two tabs is revoked.");
        }
        browser.type("Name", "Too late");
        browser.click("button", "Save changes");

        browser.see("revoked");
        browser.find("dialog", "Edit In two tabs");
        browser.click("button", "Cancel");
        assertThat(console.keysNamed("In two tabs")).isEmpty();
        assertThat(browser.run("return window.violations")).isEqualTo(List.of());
    }

    @Test
    void clipboard_refused_selectsTheSecretAndSaysWhatToPress() {
        console.keysOf(browser, "ws_1");
        fillIn("No clipboard");
        browser.click("button", "Generate key");
        browser.see(SHOWN_ONCE);
        browser.permit("clipboard-write", false);
        browser.click("button", "Copy: No clipboard");

        browser.see("Press Ctrl+C to copy");
        assertThat(browser.run("return String(getSelection())")).isEqualTo(browser.secret());
        browser.seeNo("copied to the clipboard");
    }

    @Test
    void command_changedAfterItWasCopied_isNoLongerCalledCopied() {
        console.keysOf(browser, "ws_1");
        fillIn("Copied", "cases:delete");
        browser.click("button", "Generate key");
        browser.see(SHOWN_ONCE);
        browser.permit("clipboard-write", true);
        browser.click("button", "Try it");
        browser.click("button", "Copy: Command");
        browser.see("Command: copied to the clipboard.");

        browser.find("textbox", "Address in your API").sendKeys("?changed");
        browser.seeNo("Command: copied to the clipboard.");
        browser.assertNoComplaint();
    }

    @Test
    void newKey_whoseRulesHaveParameters_showsThePlaceholderAndSaysToReplaceIt() {
        console.keysOf(browser, "ws_1");
        fillIn("Deletes", "cases:delete");
        browser.click("button", "Generate key");
        browser.see(SHOWN_ONCE);
        browser.click("button", "Try it");

        assertThat(browser.find("textbox", "Command").getAttribute("value"))
                .isEqualTo("curl -i -g -X DELETE -H 'Authorization: Bearer " + browser.secret() + "' '"
                        + ConsoleWorld.API_URL + "/v1/cases/{id}'");
        browser.see("Put a real value in the place of {id}.");
        browser.assertNoComplaint();
    }

    /**
     * At the keys of a workspace, from where the browser's back button leads to its activity; answers are held from now
     * on.
     */
    private void beforeActivity(String workspace) {
        console.keysOf(browser, workspace);
        browser.click("link", "Activity");
        browser.click("link", "API keys");
        browser.find("heading", "API keys");
        browser.run(HOLD);
    }

    private void fillIn(String name) {
        fillIn(name, "cases:read");
    }

    private void fillIn(String name, String scope) {
        browser.click("button", "Create API key");
        browser.type("Name", name);
        browser.click("checkbox", scope);
    }

    private void beginCreation(String name) {
        fillIn(name);
        browser.click("button", "Generate key");
    }

    private void create(String name) {
        beginCreation(name);
        browser.see(SHOWN_ONCE);
        browser.click("checkbox", "I have stored this key");
        browser.click("button", "Done");
        browser.seeNo(SHOWN_ONCE);
    }

    private void held(int answers) {
        Awaitility.await().until(() -> browser.run("return window.held.length").equals((long) answers));
    }
}
