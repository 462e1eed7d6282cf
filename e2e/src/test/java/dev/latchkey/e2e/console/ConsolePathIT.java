package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.envoy.PathProxy;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page behind a proxy that has put a path before it, in a real browser. */
@Tag("one-envoy")
class ConsolePathIT {

    @Test
    void page_underAPath_asksForNothingBesideIt() throws IOException {
        try (ConsoleWorld console = new ConsoleWorld();
                PathProxy proxy = new PathProxy("/team/latchkey/", console.control.port());
                Browser browser = new Browser()) {
            browser.open(proxy.url());
            browser.type("Admin token", ConsoleWorld.OPERATOR);
            browser.click("button", "Sign in");
            browser.click("link", "ws_1");
            browser.find("heading", "API keys");
            browser.click("button", "Create API key");
            browser.type("Name", "Behind a path");
            browser.click("checkbox", "cases:read");
            browser.click("button", "Generate key");
            browser.see("This is the only time that it is shown.");
            browser.click("checkbox", "I have stored this key");
            browser.click("button", "Done");
            browser.click("button", "Edit Behind a path");
            browser.type("Name", "Behind two");
            browser.click("button", "Save changes");
            browser.see("Behind two is changed.");
            browser.click("link", "Activity");
            browser.see("olga created Behind a path");
            browser.click("link", "Try a request");
            browser.type("Path", "/v1/cases");
            browser.click("button", "Explain");
            browser.see("Denied: 401 AUTH_INVALID_KEY");

            assertThat(browser.url()).startsWith(proxy.url() + "#/ws_1/try");
            assertThat(proxy.strays()).isEmpty();
            browser.assertNoComplaint();
        }
    }
}
