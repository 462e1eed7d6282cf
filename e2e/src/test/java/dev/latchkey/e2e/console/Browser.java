package dev.latchkey.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A real Chromium with an empty profile, used as a person uses it: things are found by their role and by the name that
 * a screen reader would say, and waited for. What the browser complains about is kept.
 */
public final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final String MISSING =
            "the page is tested with a real Chromium, and there is no %s; install Debian's packages chromium and"
                    + " chromium-driver (apt-get install chromium chromium-driver)";
    private static final List<String> FLAGS = List.of(
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars");
    /** What has a role by being what it is: the page gives few roles of its own. */
    private static final Map<String, String> ELEMENTS = Map.of(
            "button", "button, summary",
            "link", "a[href]",
            "textbox", "input:not([type=checkbox], [type=radio]), textarea",
            "checkbox", "input[type=checkbox]",
            "radio", "input[type=radio]",
            "combobox", "select",
            "heading", "h1, h2, h3",
            "row", "tr",
            "dialog", "dialog[open]");

    /** Leaves the browser fewer to name: what is in sight and has the name's first word somewhere near. */
    private static final String CANDIDATES = """
            const [kind, name, everywhere] = arguments;
            const root = (!everywhere && [...document.querySelectorAll('dialog[open]')].pop()) || document;
            const near = (element) => [element.ariaLabel, element.textContent, element.getAttribute('aria-labelledby'),
              ...[...(element.labels || [])].map((label) => label.textContent)].join(' ');
            return [...root.querySelectorAll(kind)].filter((element) => element.checkVisibility()
              && near(element).toLowerCase().includes(everywhere ? '' : name.split(/[ ,]/)[0].toLowerCase()));""";

    private final Path profile;
    private final ChromeDriver driver;
    private int width;

    public Browser() {
        try {
            profile = Files.createTempDirectory("latchkey-chromium");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(installed("chromium"));
        options.addArguments(FLAGS);
        options.addArguments("--user-data-dir=" + profile);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of(installed("chromedriver")).toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", """
                window.violations = [];
                document.addEventListener('securitypolicyviolation', (event) =>
                  window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));"""));
        screen(1280, 900);
    }

    private static String installed(String program) {
        return Stream.of("/usr/bin/", "/usr/local/bin/")
                .map(folder -> folder + program)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(MISSING.formatted(program)));
    }

    /** Gives the page so much room, whatever the window. */
    Browser screen(int width, int height) {
        this.width = width;
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        return this;
    }

    /** Returns the room that the page has. */
    int width() {
        return width;
    }

    Browser dark(boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        return this;
    }

    /** Lets pages do something for which browsers ask their person, or refuses it. */
    void permit(String permission, boolean granted) {
        driver.executeCdpCommand(
                "Browser.setPermission",
                Map.of("permission", Map.of("name", permission), "setting", granted ? "granted" : "denied"));
    }

    void open(String url) {
        driver.get(url);
    }

    String url() {
        return driver.getCurrentUrl();
    }

    /**
     * Returns the one thing in sight that has this role and whose name is, or else begins with, {@code name}; waits for
     * it.
     */
    WebElement find(String role, String name) {
        return Awaitility.await(role + " \"" + name + '"')
                .atMost(PATIENCE)
                .ignoreException(StaleElementReferenceException.class)
                .until(() -> inSight(role, name), found -> found.size() == 1)
                .get(0);
    }

    public void click(String role, String name) {
        find(role, name).click();
    }

    public void type(String label, String text) {
        WebElement field = find("textbox", label);
        field.clear();
        field.sendKeys(text);
    }

    /** Chooses an entry of a list by what it says. */
    public void choose(String label, String entry) {
        find("combobox", label).findElements(By.tagName("option")).stream()
                .filter(option -> option.getText().equals(entry))
                .findFirst()
                .orElseThrow()
                .click();
    }

    /** Waits until {@code text} is in sight. */
    public void see(String text) {
        Awaitility.await('"' + text + '"')
                .atMost(PATIENCE)
                .ignoreException(StaleElementReferenceException.class)
                .until(this::text, shown -> shown.contains(text));
    }

    void seeNo(String text) {
        Awaitility.await("no \"" + text + '"')
                .atMost(PATIENCE)
                .ignoreException(StaleElementReferenceException.class)
                .until(() -> !text().contains(text));
    }

    String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** Returns what has this role now, by name, in the dialog if there is one; may be none. */
    List<WebElement> inSight(String role, String name) {
        List<WebElement> begun = all(role, name);
        List<WebElement> exact = begun.stream()
                .filter(element -> element.getAccessibleName().equals(name))
                .toList();
        return exact.isEmpty() ? begun : exact;
    }

    /** Returns everything that has this role now and a name that begins like this. */
    @SuppressWarnings("unchecked")
    public List<WebElement> all(String role, String name) {
        List<WebElement> candidates =
                (List<WebElement>) run(CANDIDATES, ELEMENTS.get(role), name, role.equals("dialog"));
        return candidates.stream()
                .filter(element -> element.getAccessibleName().startsWith(name))
                .toList();
    }

    /** Returns the secret that the page shows. */
    String secret() {
        return all("textbox", "").get(0).getAttribute("value");
    }

    /** Asks as a browser does before it leaves a page. */
    boolean asksBeforeLeaving() {
        return (Boolean) run("""
                const leaving = new Event('beforeunload', { cancelable: true });
                window.dispatchEvent(leaving);
                return leaving.defaultPrevented;""");
    }

    /** Presses keys, one after the other, wherever the focus is, also on an element that has just been disabled. */
    void press(CharSequence... keys) {
        for (CharSequence key : keys) {
            new Actions(driver).sendKeys(key).perform();
        }
    }

    /** Goes on with the tabulator until the focus is on something whose name begins with {@code name}. */
    WebElement tabTo(String name) {
        List<String> passed = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            press(Keys.TAB);
            WebElement focused = driver.switchTo().activeElement();
            String label = focused.getAccessibleName();
            if (label.startsWith(name)) {
                return focused;
            }
            passed.add(label);
        }
        throw new AssertionError("the tabulator does not lead to \"" + name + "\", only to " + passed);
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    Object runAsync(String script, Object... arguments) {
        driver.manage().timeouts().scriptTimeout(PATIENCE.multipliedBy(2));
        return driver.executeAsyncScript(script, arguments);
    }

    void screenshot(String name) {
        try {
            Files.createDirectories(SCREENSHOTS);
            Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns what the browser has written to its console since the last call. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    /**
     * Asserts that nothing went wrong in the browser since the last look, and nothing was tried that the page forbids.
     */
    public void assertNoComplaint() {
        assertThat(complaints()).isEmpty();
        assertThat(run("return window.violations")).isEqualTo(List.of());
    }

    @Override
    public void close() {
        driver.quit();
        try (var files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
