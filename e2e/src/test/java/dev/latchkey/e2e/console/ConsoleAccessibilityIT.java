package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.Keys;

/** The page for people who see it dark, on a telephone, with a keyboard alone, or not at all. */
@Tag("one-envoy")
@ExtendWith(ConsoleExtension.class)
class ConsoleAccessibilityIT {
    private static final String AXE = axe();
    private static final String FINDINGS = """
            const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(
              (result) => done(result.violations.flatMap((found) => found.nodes.map((node) => `${found.id}: ${node.html}`))),
              (failure) => done([String(failure)]));""";

    private final ConsoleWorld console;
    private final Browser browser;

    ConsoleAccessibilityIT(ConsoleWorld console, Browser browser) {
        this.console = console;
        this.browser = browser;
    }

    @BeforeAll
    static void start(ConsoleWorld console) {
        var unused = console.admin.createKey("ws_1");
    }

    static Stream<Arguments> screens() {
        return Stream.of(
                Arguments.of("desktop", 1280, 900, false),
                Arguments.of("desktop", 1280, 900, true),
                Arguments.of("phone", 360, 740, false),
                Arguments.of("phone", 360, 740, true));
    }

    @ParameterizedTest(name = "{0}, dark: {3}")
    @MethodSource("screens")
    void everyView_isFitForEverybody(String device, int width, int height, boolean dark) {
        browser.screen(width, height).dark(dark);
        String suffix = "-" + device + (dark ? "-dark" : "");

        browser.open(console.url());
        browser.find("heading", "Sign in to manage API keys");
        look("sign-in" + suffix);
        console.signIn(browser, ConsoleWorld.OPERATOR);
        browser.see("ws_2");
        look("workspaces" + suffix);
        browser.click("link", "ws_1");
        browser.see("CRM Integration");
        look("keys" + suffix);
        dialog("Create API key", "Cancel", "Scopes", "create" + suffix);
        dialog("Edit CRM Integration", "Cancel", "Save changes", "edit" + suffix);
        dialog("Rotate CRM Integration", "Cancel", "Overlap", "rotate" + suffix);
        dialog("Revoke CRM Integration", "Keep it", "cannot be undone", "revoke" + suffix);
        dialog("Revoke all keys", "Keep them", "cannot be undone", "revoke-all" + suffix);
        dialog("CRM Integration", "Close", "Read case data", "details" + suffix);
        browser.find("textbox", "Search by name").sendKeys("nothing has this name");
        browser.see("No key matches");
        look("no-match" + suffix);
        browser.click("link", "Activity");
        browser.see("created CRM Integration");
        look("activity" + suffix);
        browser.click("link", "Try a request");
        browser.type("Path", "/v1/cases");
        browser.click("button", "Explain");
        browser.see("Denied: 401 AUTH_INVALID_KEY");
        look("try" + suffix);
        browser.assertNoComplaint();
    }

    @ParameterizedTest(name = "{0}, dark: {3}")
    @MethodSource("screens")
    void newKey_andMistakes_areFitForEverybody(String device, int width, int height, boolean dark) {
        browser.screen(width, height).dark(dark);
        String suffix = "-" + device + (dark ? "-dark" : "");
        console.keysOf(browser, "ws_2");
        look("no-key" + suffix);
        browser.click("button", "Create API key");
        browser.click("button", "Generate key");
        browser.see("Tick at least one scope.");
        look("mistakes" + suffix);
        browser.type("Name", "Shown once");
        browser.click("checkbox", "cases:read");
        browser.click("button", "Generate key");
        browser.click("button", "Try it");
        browser.see("Address in your API");
        look("secret" + suffix);
        browser.click("checkbox", "I have stored this key");
        browser.click("button", "Done");
        browser.click("button", "Revoke Shown once");
        browser.click("button", "Revoke key");
        browser.see("Shown once is revoked.");
        browser.assertNoComplaint();
    }

    @ParameterizedTest(name = "{0}, dark: {3}")
    @MethodSource("screens")
    void unansweredKeys_areFitForEverybody(String device, int width, int height, boolean dark) {
        browser.screen(width, height).dark(dark);
        String suffix = "-" + device + (dark ? "-dark" : "");
        String workspace = "ws_lost" + suffix;
        console.admin.createWorkspace(workspace);
        console.keysOf(browser, workspace);
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
        browser.click("button", "Create API key");
        browser.type("Name", "Lost");
        browser.click("checkbox", "cases:read");
        browser.click("button", "Generate key");
        browser.see("A key may exist.");
        look("may-exist" + suffix);
        browser.click("button", "Generate key");
        browser.see("This key exists already");
        look("repeated" + suffix);
        browser.press(Keys.ESCAPE);
        browser.see("answer not confirmed");
        look("unconfirmed" + suffix);
        dialog("Lost", "Close", "Answer not confirmed.", "unconfirmed-details" + suffix);
        browser.click("link", "Activity");
        browser.see("olga noted an unconfirmed answer for Lost");
        look("unconfirmed-activity" + suffix);
        browser.assertNoComplaint();
    }

    @Test
    void keyboard_aloneIsEnoughToCreateAndRevoke() {
        browser.open(console.url());
        browser.find("heading", "Sign in to manage API keys");
        browser.press(ConsoleWorld.OPERATOR, Keys.ENTER);
        browser.find("heading", "Workspaces");
        browser.tabTo("ws_1");
        browser.press(Keys.ENTER);
        browser.find("heading", "API keys");
        browser.see("CRM Integration");

        browser.tabTo("Create API key");
        browser.press(Keys.ENTER);
        browser.find("checkbox", "cases:read");
        focusIsOn("Name");
        browser.press("By keyboard");
        browser.tabTo("cases:read");
        browser.press(Keys.SPACE);
        browser.tabTo("Generate key");
        browser.press(Keys.ENTER);
        browser.see("This is the only time that it is shown.");
        String secret = browser.all("textbox", "").get(0).getAttribute("value");
        browser.tabTo("I have stored this key");
        browser.press(Keys.SPACE);
        browser.tabTo("Done");
        browser.press(Keys.ENTER);
        focusIsOn("Create API key");
        assertThat(console.status(secret)).isEqualTo(200);

        browser.tabTo("Revoke By keyboard");
        browser.press(Keys.ENTER);
        focusIsOn("Keep it");
        browser.press(Keys.ESCAPE);
        focusIsOn("Revoke By keyboard");
        browser.press(Keys.ENTER);
        browser.tabTo("Revoke key");
        browser.press(Keys.ENTER);
        browser.see("By keyboard is revoked.");
        focusIsOn("API keys");
        Awaitility.await().until(() -> console.status(secret) == 401);
        browser.assertNoComplaint();
    }

    private void focusIsOn(String name) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(browser.focused().getAccessibleName()).isEqualTo(name));
    }

    private void dialog(String opener, String closer, String sign, String screenshot) {
        browser.click("button", opener);
        browser.see(sign);
        look(screenshot);
        browser.click("button", closer);
        Awaitility.await().until(() -> browser.all("dialog", "").isEmpty());
    }

    /** Looks at the view as axe does: it finds nothing. Nothing is wider than the screen, either. */
    private void look(String name) {
        browser.screenshot(name);
        browser.run(AXE);
        assertThat((List<?>) browser.runAsync(FINDINGS)).as(name).isEmpty();
        assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
                .as("the width of %s", name)
                .isLessThanOrEqualTo(browser.width());
    }

    private static String axe() {
        try (var in = ConsoleAccessibilityIT.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
