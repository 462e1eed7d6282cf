package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.ControlPlane;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.v1.FindKeyRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys from elsewhere, from the command line to a request through a real Envoy. */
@Tag("one-envoy")
class ImportIT {
    private static final String FOREIGN_FORM = "opt_live_takenOverFromElsewhere1";

    private static final int LONG_FILE = 3000;
    private static final Pattern STOPPED = Pattern.compile("latchkey: stopped\\.(?: Up to line \\d+: imported (\\d+),"
            + " existed 0, refused 0\\. Of what follows some may be imported\\.)? Running it again is"
            + " safe: it doubles nothing\\.");

    private static final Pattern SUMMARY = Pattern.compile("imported (\\d+), existed (\\d+), refused 0\n");

    private static World world;
    private static ControlPlane control;
    private static AdminApi admin;

    @BeforeAll
    static void start() throws IOException {
        world = new World.Options().start();
        control = AdminApi.startControl(
                world.redis.uri(),
                Map.of("LATCHKEY_KEYS_ACCEPT_IMPORTED", "true", "LATCHKEY_KEYS_IMPORTS_PER_SECOND", "400"));
        admin = new AdminApi(control.port());
        Awaitility.await().until(control::ready);
        admin.createWorkspace("ws_1");
    }

    @AfterAll
    static void stop() {
        admin.close();
        control.close();
        world.close();
    }

    @Test
    void import_bothFormsAndATypingError_theGoodOnesWorkUntilTheyAreRevoked() {
        String minted = new KeyFormat("opt", false)
                .mint(Environment.LIVE, new SecureRandom())
                .reveal();
        String typingError = minted.substring(0, 46) + (minted.endsWith("0") ? "1" : "0");
        // Unknown so far, and kept as that by the sidecar.
        assertThat(status(minted)).isEqualTo(401);
        assertThat(status(FOREIGN_FORM)).isEqualTo(401);
        String file = minted + "\n" + typingError + "\n{\"key\":\"" + FOREIGN_FORM + "\",\"name\":\"CRM\"}\n";

        CommandProcess.Result first = importKeys(file);

        assertThat(first.status()).as(first.err()).isEqualTo(1);
        assertThat(first.out()).isEqualTo("imported 2, existed 0, refused 1\n");
        assertThat(first.err()).contains("line 2: secret: ").doesNotContain(typingError.substring(13));
        Awaitility.await().until(() -> status(minted) == 200 && status(FOREIGN_FORM) == 200);

        String id = admin.keys()
                .findKey(FindKeyRequest.newBuilder().setSecret(minted).build())
                .getKey()
                .getId();
        admin.revoke(id);
        CommandProcess.Result second = importKeys(file);

        assertThat(second.out()).isEqualTo("imported 0, existed 2, refused 1\n");
        Awaitility.await().until(() -> status(minted) == 401);
        assertThat(status(FOREIGN_FORM)).isEqualTo(200);
    }

    /**
     * Ctrl-C, and SIGTERM, amid a long import: what was done stays, the command says how far it got, and a repeat does
     * the rest.
     */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void import_stoppedAmidALongFile_saysHowFarItGotAndARepeatDoublesNothing(String signal) throws IOException {
        KeyFormat format = new KeyFormat("opt", false);
        SecureRandom random = new SecureRandom();
        List<String> keys = Stream.generate(
                        () -> format.mint(Environment.LIVE, random).reveal())
                .limit(LONG_FILE)
                .toList();
        Path file = Files.createTempFile("latchkey", ".keys");
        try {
            Files.write(file, keys);
            long before = stored();

            CommandProcess.Result stopped;
            try (CommandProcess command = startImport(file)) {
                Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> stored() > before);
                CommandProcess.signal(command.pid(), signal);
                stopped = command.awaitEnd();
            }

            assertThat(stopped.status()).isEqualTo(signal.equals("INT") ? 130 : 143);
            assertThat(stopped.out()).as("no summary of a whole import").isEmpty();
            Matcher told = STOPPED.matcher(stopped.err());
            assertThat(told.find()).as(stopped.err()).isTrue();
            assertThat(stopped.err()).doesNotContain(keys.get(0), keys.get(1));
            long imported = told.group(1) == null ? 0 : Long.parseLong(told.group(1));
            // The control plane finishes the batch that it has begun.
            try (CommandProcess repeat = startImport(file)) {
                CommandProcess.Result rest = repeat.awaitEnd();
                assertThat(rest.status()).as(rest.err()).isZero();
                Matcher summary = SUMMARY.matcher(rest.out());
                assertThat(summary.matches()).as(rest.out()).isTrue();
                long existed = Long.parseLong(summary.group(2));
                assertThat(existed)
                        .as("what it said was done, was")
                        .isPositive()
                        .isGreaterThanOrEqualTo(imported);
                assertThat(existed).as("stopped amid the file").isLessThan(LONG_FILE);
                assertThat(Long.parseLong(summary.group(1)) + existed).isEqualTo(LONG_FILE);
            }
            assertThat(stored() - before).isEqualTo(LONG_FILE);
        } finally {
            Files.delete(file);
        }
    }

    private static CommandProcess startImport(Path file) {
        return CommandProcess.start(
                Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:" + control.port(), "LATCHKEY_TOKEN", AdminApi.TOKEN),
                "keys",
                "import",
                "--workspace",
                "ws_1",
                "--scope",
                "cases:read",
                "--file",
                file.toString());
    }

    /** The keys in the index, which import writes with the ledger in one step. */
    private static long stored() {
        return world.redis.commands().keys("latchkey:key:*").size();
    }

    private static CommandProcess.Result importKeys(String file) {
        return CommandProcess.runWithInput(
                Map.of("LATCHKEY_CONTROL", "http://127.0.0.1:" + control.port(), "LATCHKEY_TOKEN", AdminApi.TOKEN),
                file,
                "keys",
                "import",
                "--workspace",
                "ws_1",
                "--scope",
                "cases:read");
    }

    private static int status(String key) {
        return world.get("/v1/cases", key).status();
    }
}
