package dev.latchkey.control.console;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private static final Path SOURCES = Path.of("src/main/resources/dev/latchkey/control/console");
    private static final Path CODE = Path.of("src/main/java");
    private static final Pattern ACTION = Pattern.compile("[\"']((?:key|workspace)\\.[a-z_]+)[\"']");
    private static final Pattern IMPORT = Pattern.compile("from ?[\"']([^\"']+)[\"']");
    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]+)\"");

    private static final Console CONSOLE = new Console();
    private static Server server;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() {
        server = Server.builder().http(0).service(CONSOLE).build();
        server.start().join();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void page_namesOnlyFilesThatAreServed() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        List<String> links = LINK.matcher(page.body())
                .results()
                .map(link -> "/" + link.group(1))
                .toList();
        assertThat(links).hasSizeGreaterThan(3);
        assertThat(CONSOLE.paths()).containsAll(links);
    }

    @Test
    void scripts_importOnlyFilesThatAreServed() throws Exception {
        for (String path : paths(".js")) {
            String folder = path.substring(0, path.lastIndexOf('/') + 1);
            IMPORT.matcher(get(path).body())
                    .results()
                    .map(found -> found.group(1))
                    .forEach(name -> {
                        assertThat(name).as("an import of %s", path).startsWith("./");
                        assertThat(CONSOLE.paths()).as("an import of %s", path).contains(folder + name.substring(2));
                    });
        }
    }

    @Test
    void everyFileOfTheSources_isServed_andNoOther() throws IOException {
        Set<String> served = CONSOLE.paths().stream()
                .map(path -> path.equals("/") ? "index.html" : path.substring(path.lastIndexOf('/') + 1))
                .filter(name -> !Set.of("preact.js", "hooks.js").contains(name))
                .collect(Collectors.toSet());
        try (var files = Files.list(SOURCES)) {
            assertThat(served)
                    .isEqualTo(files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
        }
    }

    @Test
    void everyFile_carriesTheRulesForBrowsers() throws Exception {
        for (String path : CONSOLE.paths()) {
            HttpResponse<String> file = get(path);
            assertThat(file.statusCode()).isEqualTo(200);
            String policy = file.headers().firstValue("content-security-policy").orElseThrow();
            assertThat(policy)
                    .contains("default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'")
                    .doesNotContain("unsafe", "*", "http");
            assertThat(file.headers().firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(file.headers().firstValue("referrer-policy")).hasValue("no-referrer");
            assertThat(file.headers().firstValue("cross-origin-opener-policy")).hasValue("same-origin");
            assertThat(file.headers().firstValue("permissions-policy")).isPresent();
        }
    }

    @Test
    void files_haveNothingThatTheRulesForbid() throws Exception {
        assertThat(get("/").body()).doesNotContain("<style", "style=", "onload", "http:", "https:");
        assertThat(get("/").body()).containsOnlyOnce("<script").contains("<script type=\"module\" src=");
        String own = CONSOLE.paths().stream()
                .map(path -> SOURCES.resolve(path.substring(path.lastIndexOf('/') + 1)))
                .filter(Files::isRegularFile)
                .map(ConsoleTest::read)
                .collect(joining());
        assertThat(own)
                .doesNotContain(
                        "innerHTML",
                        "dangerouslySetInnerHTML",
                        "eval(",
                        "localStorage",
                        "document.write",
                        "document.cookie");
    }

    @Test
    void activity_saysEveryActionThatIsWritten_andNoOther() throws IOException {
        try (var files = Files.walk(CODE)) {
            List<String> writers = files.filter(Files::isRegularFile)
                    .map(ConsoleTest::read)
                    .filter(code -> code.contains("new Audit("))
                    .toList();
            assertThat(writers).allSatisfy(code -> assertThat(actions(code)).isNotEmpty());
            assertThat(actions(read(SOURCES.resolve("changes.js"))))
                    .isEqualTo(actions(String.join("", writers)))
                    .contains("key.create", "key.remove", "workspace.deactivate");
        }
    }

    @Test
    void page_isNotKept_assetsAreForGood() throws Exception {
        assertThat(get("/").headers().firstValue("cache-control")).hasValue("no-store");
        assertThat(get(paths(".css").get(0)).headers().firstValue("cache-control"))
                .hasValue("public, max-age=31536000, immutable");
    }

    @Test
    void file_thatTheBrowserHas_isNotSentAgain() throws Exception {
        for (String path : List.of("/", paths(".js").get(0))) {
            String etag = get(path).headers().firstValue("etag").orElseThrow();
            HttpResponse<String> again = send(path, "GET", "if-none-match", "\"other\", " + etag);

            assertThat(again.statusCode()).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(send(path, "GET", "if-none-match", "\"other\"").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void methods_thatOnlyRead_areAllowed() throws Exception {
        assertThat(send("/", "HEAD").statusCode()).isEqualTo(200);
        assertThat(send("/", "HEAD").body()).isEmpty();
        assertThat(send("/", "POST").statusCode()).isEqualTo(405);
        assertThat(send("/", "POST").headers().firstValue("allow")).hasValue("GET, HEAD");
    }

    @Test
    void path_thatIsNotListed_isNotFound() throws Exception {
        String folder = paths(".js").get(0).replaceAll("[^/]*$", "");
        for (String path : List.of(
                "/index.html",
                "/assets/",
                folder,
                folder + "Console.class",
                folder + "../../index.html",
                folder + "%2e%2e/%2e%2e/index.html",
                "/assets/other/main.js")) {
            assertThat(get(path).statusCode()).as(path).isIn(400, 404);
        }
    }

    private static List<String> paths(String end) {
        List<String> paths = CONSOLE.paths().stream()
                .filter(path -> path.endsWith(end))
                .sorted()
                .toList();
        assertThat(paths).isNotEmpty();
        return paths;
    }

    private static Set<String> actions(String code) {
        return ACTION.matcher(code).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(path, "GET");
    }

    private static HttpResponse<String> send(String path, String method, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.activeLocalPort() + path))
                .method(method, BodyPublishers.noBody());
        return HTTP.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }
}
