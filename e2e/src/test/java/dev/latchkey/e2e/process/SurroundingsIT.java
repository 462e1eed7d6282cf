package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo and the command line where a script has started them in the background: SIGINT ignored, another language and
 * time zone, a proxy, a home that cannot be written, files that everybody could read by default.
 */
@Tag("one-envoy")
class SurroundingsIT {
    private static final Pattern EXPORT = Pattern.compile("export ([A-Z_]+)='([^']*)'");

    @TempDir
    private Path folder;

    @Test
    void demo_inOddSurroundings_worksAndEndsAsItSays() throws IOException {
        Map<String, String> odd = odd();
        Path envFile = folder.resolve("demo.env");
        try (CommandProcess demo = CommandProcess.startInBackground(odd, "demo", "--env-file", envFile.toString())) {
            demo.awaitOutput("\nready; kill " + demo.pid() + " ends the demo and leaves nothing running\n");
            Awaitility.await().until(() -> Files.exists(envFile));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(envFile)))
                    .isEqualTo("rw-------");
            Map<String, String> client = new HashMap<>(odd);
            Matcher export = EXPORT.matcher(Files.readString(envFile));
            while (export.find()) {
                client.put(export.group(1), export.group(2));
            }

            CommandProcess.Result created = CommandProcess.run(
                    client, "keys", "create", "--workspace", "ws_demo", "--name", "CI", "--scope", "cases:read");
            assertThat(created.status()).as(created.err()).isZero();
            CommandProcess.Result listed =
                    CommandProcess.run(client, "keys", "list", "--workspace", "ws_demo", "--output", "json");
            assertThat(listed.status()).as(listed.err()).isZero();
            assertThat(World.json(listed.out()).get("keys").size()).isPositive();

            CommandProcess.signal(demo.pid(), "INT");
            assertThat(demo.isAlive()).isTrue();
            CommandProcess.Result ended = demo.terminate();
            assertThat(ended.status()).as(ended.err()).isZero();
            assertThat(demo.children()).isEmpty();
        }
    }

    private Map<String, String> odd() throws IOException {
        Path home = Files.createDirectory(folder.resolve("home"));
        assertThat(home.toFile().setWritable(false)).isTrue();
        Map<String, String> odd = new HashMap<>();
        odd.put("JAVA_TOOL_OPTIONS", "-Duser.language=tr -Duser.country=TR -Dfile.encoding=ISO-8859-9");
        odd.put("LC_ALL", "C");
        odd.put("TZ", "Pacific/Kiritimati");
        odd.put("HOME", home.toString());
        // Where Envoy was fetched to.
        String cache = System.getenv("XDG_CACHE_HOME");
        odd.put("XDG_CACHE_HOME", cache == null ? System.getProperty("user.home") + "/.cache" : cache);
        for (String proxy : new String[] {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"}) {
            odd.put(proxy, "http://127.0.0.1:1");
        }
        return odd;
    }
}
