package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.Key;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;

/** Secrets that come late, come back or do not come at all, in a real browser. */
@Tag("one-envoy")
@ExtendWith(ConsoleExtension.class)
class ConsoleLostAnswersIT {
    private static final String SHOWN_ONCE = "This is the only time that it is shown.";

    /** Keeps the answers to POST back until {@code window.release()}. */
    private static final String HOLD = """
            const real = window.fetch;
            window.fetch = async (url, options) => {
              const answer = await real(url, options);
              if (options.method === 'POST') {
                await new Promise((resolve) => { window.release = resolve; });
              }
              return answer;
            };""";

    /** Answers to POST never come, and timers are short. */
    private static final String SILENCE = """
            const real = window.fetch;
            const timer = window.setTimeout;
            window.restore = () => { window.fetch = real; window.setTimeout = timer; };
            window.setTimeout = (work, millis) => timer(work, Math.min(millis, 200));
            window.fetch = async (url, options) => {
              const answer = await real(url, options);
              return options.method !== 'POST' ? answer : new Promise((resolve, reject) => {
                options.signal.addEventListener('abort', () => reject(options.signal.reason));
              });
            };""";

    private final ConsoleWorld console;
    private final Browser browser;

    ConsoleLostAnswersIT(ConsoleWorld console, Browser browser) {
        this.console = console;
        this.browser = browser;
    }

    @Test
    void creation_underWay_cannotBeClosedAndIsAskedAboutBeforeThePageIsLeft() {
        console.keysOf(browser, "ws_1");
        browser.run(HOLD);
        assertThat(browser.asksBeforeLeaving()).isFalse();
        beginCreation("Held");

        browser.press(Keys.ESCAPE, Keys.ESCAPE, Keys.ESCAPE);
        assertThat(browser.find("button", "Cancel").isEnabled()).isFalse();
        browser.find("dialog", "Create API key");
        assertThat(browser.asksBeforeLeaving()).isTrue();
        release();

        browser.see(SHOWN_ONCE);
        assertThat(console.status(browser.secret())).isEqualTo(200);
        browser.assertNoComplaint();
    }

    /** By the browser's own buttons, which no dialog stands before. */
    @Test
    void creation_personIsInAnotherViewMeanwhile_secretIsShownThere() {
        console.keysOf(browser, "ws_1");
        browser.click("link", "Activity");
        browser.click("link", "API keys");
        browser.run(HOLD);
        beginCreation("Elsewhere");
        browser.run("history.back()");
        browser.find("heading", "Activity");
        release();

        browser.see(SHOWN_ONCE);
        String secret = browser.secret();
        assertThat(console.status(secret)).isEqualTo(200);
        browser.run("history.back()");
        browser.find("dialog", "Copy your new key");
        browser.click("checkbox", "I have stored this key");
        browser.click("button", "Done");
        browser.seeNo(SHOWN_ONCE);
        browser.assertNoComplaint();
    }

    @Test
    void creation_personHasSignedOutMeanwhile_secretIsShownAllTheSame() {
        console.keysOf(browser, "ws_1");
        browser.click("link", "Activity");
        browser.click("link", "API keys");
        browser.run(HOLD);
        beginCreation("Signed out");
        browser.run("history.back()");
        browser.click("button", "Sign out");
        browser.find("textbox", "Admin token");
        release();

        browser.see(SHOWN_ONCE);
        assertThat(console.status(browser.secret())).isEqualTo(200);
        browser.assertNoComplaint();
    }

    @Test
    void secret_shown_leavingIsAskedAboutUntilItIsStored() {
        console.keysOf(browser, "ws_1");
        beginCreation("Asked about");
        browser.see(SHOWN_ONCE);
        assertThat(browser.asksBeforeLeaving()).isTrue();

        browser.click("checkbox", "I have stored this key");
        assertThat(browser.asksBeforeLeaving()).isFalse();
        browser.click("button", "Done");
        browser.seeNo(SHOWN_ONCE);
        assertThat(browser.asksBeforeLeaving()).isFalse();
    }

    @Test
    void secret_shown_pageIsLeftAndComeBackTo_isGone() {
        console.keysOf(browser, "ws_1");
        beginCreation("Left behind");
        browser.see(SHOWN_ONCE);
        String secret = browser.secret();

        browser.open("about:blank");
        browser.run("history.back()");

        browser.find("textbox", "Admin token");
        assertThat(everything()).doesNotContain(secret.substring(13)).doesNotContain(ConsoleWorld.OPERATOR);
    }

    /** As a browser does that keeps the page in memory: the same page, hidden and shown again. */
    @Test
    void secret_shown_pageIsFrozenAndShownAgain_isGone() {
        console.keysOf(browser, "ws_1");
        beginCreation("Frozen");
        browser.see(SHOWN_ONCE);
        String secret = browser.secret();

        browser.run("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
        assertThat(everything()).doesNotContain(secret.substring(13));
        browser.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");

        browser.find("textbox", "Admin token");
        assertThat(everything()).doesNotContain(secret.substring(13));
        browser.assertNoComplaint();
    }

    @Test
    void creation_noAnswerEver_isGivenUpAndTheRepeatMakesNoSecondKey() {
        console.keysOf(browser, "ws_1");
        browser.run(SILENCE);
        beginCreation("Never answered");

        browser.see("It may have done what was asked of it, or may still do it.");
        browser.see("A key may exist.");
        browser.run("window.restore()");
        browser.click("button", "Generate key");
        browser.see("This key exists already");
        browser.see("Whether that answer arrived anywhere is not known");
        browser.find("button", "Revoke");
        browser.find("button", "Rotate");
        browser.press(Keys.ESCAPE);
        browser.seeNo("This key exists already");

        browser.find("textbox", "Search by name").sendKeys("Never answered");
        browser.see("\n1 key\n");
        browser.see("answer not confirmed");
        assertThat(console.keysNamed("Never answered")).hasSize(1).allMatch(Key::getAnswerUnconfirmed);
        browser.find("button", "Rotate Never answered");
        browser.find("button", "Revoke Never answered");
        browser.click("link", "Activity");
        browser.see("olga noted an unconfirmed answer for Never answered");
        browser.assertNoComplaint();
    }

    @Test
    void creation_noAnswer_closed_listShowsTheKeyThatThereIs() {
        console.keysOf(browser, "ws_2");
        browser.run(SILENCE);
        beginCreation("Closed");
        browser.see("A key may exist.");
        browser.run("window.restore()");
        browser.click("button", "Cancel");

        browser.find("button", "Rotate Closed");
        browser.find("button", "Revoke Closed");
        browser.assertNoComplaint();
    }

    @Test
    void unconfirmedKey_used_isUnconfirmedNoLonger() {
        CreateKeyRequest request = CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName("Used after all")
                .addScopes("cases:read")
                .setRequestId("used-after-all")
                .build();
        var first = console.admin.keys().createKey(request);
        var repeated = console.admin.keys().createKey(request);
        assertThat(repeated.getKey().getAnswerUnconfirmed()).isTrue();
        console.keysOf(browser, "ws_1");
        browser.find("textbox", "Search by name").sendKeys("Used after all");
        browser.see("answer not confirmed");
        browser.click("button", "Used after all");
        browser.see("Answer not confirmed.");
        browser.click("button", "Close");

        console.world
                .redis
                .commands()
                .zadd(
                        "latchkey:used:{ws_1}",
                        (double) System.currentTimeMillis(),
                        first.getKey().getId());
        browser.choose("Sort", "Oldest first");
        browser.seeNo("answer not confirmed");
        browser.assertNoComplaint();
    }

    @Test
    void newKey_tryIt_showsTheApisAddressAndARuleOfThePolicy() {
        console.keysOf(browser, "ws_1");
        browser.click("button", "Create API key");
        browser.type("Name", "To be tried");
        browser.click("checkbox", "parties:read");
        browser.click("button", "Generate key");
        browser.see(SHOWN_ONCE);
        browser.click("button", "Try it");

        assertThat(browser.find("textbox", "Command").getAttribute("value"))
                .isEqualTo("curl -i -H 'Authorization: Bearer " + browser.secret() + "' '" + ConsoleWorld.API_URL
                        + "/v1/parties'");
        browser.assertNoComplaint();
    }

    private void beginCreation(String name) {
        browser.click("button", "Create API key");
        browser.type("Name", name);
        browser.click("checkbox", "cases:read");
        browser.click("button", "Generate key");
    }

    private void release() {
        Awaitility.await().until(() -> (Boolean) browser.run("return Boolean(window.release)"));
        browser.run("window.release()");
    }

    /** Returns the page as it is, with what is in its fields, and all that it could have kept anywhere. */
    private String everything() {
        return (String) browser.run("""
                return [document.documentElement.outerHTML, location.href, document.cookie, document.title,
                  JSON.stringify(history.state), JSON.stringify(localStorage), JSON.stringify(sessionStorage),
                  ...[...document.querySelectorAll('input, textarea')].map((field) => field.value)].join('\\n')""");
    }
}
