package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.NamedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that hold a list, as people and their editors write them. */
final class ListFilesTest {
    private static final String HASH_A = "sha256:" + "aa".repeat(32);
    private static final String HASH_B = "sha256:" + "bb".repeat(32);

    @TempDir
    Path dir;

    @Test
    void load_tokensFileWithBlankLinesAndComments_entriesOnly() throws IOException {
        String text = "\uFEFF# operators\r\n\r\n  alice:operator:" + HASH_A
                + " \r\n#bob:operator:x\r\n\t\r\nbob:reader:ws_1:" + HASH_B + "\r\n\r\n";
        for (var charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE)) {
            Files.write(dir.resolve("tokens"), text.getBytes(charset));

            assertThat(control(Map.of()).control().tokens())
                    .extracting(AdminToken::toString)
                    .containsExactly("alice (operator)", "bob (reader of ws_1)");
        }
    }

    @Test
    void load_wrongEntryInTokensFile_problemNamesItsLine() throws IOException {
        Files.writeString(dir.resolve("tokens"), "# a\n\nalice:operator:" + HASH_A + "\nbob:operatr:" + HASH_B + "\n");

        assertThat(refused(Map.of()).problems())
                .containsExactly("control.tokens[1].role (from " + dir.resolve("tokens")
                        + ":4): the role is missing or not known (expected: operator, manager or reader)");
    }

    @Test
    void load_tokenNamedAsTheControlPlane_refused() {
        for (String name : List.of("latchkey", "LatchKey")) {
            InvalidSettingsException e = refused(Map.of("LATCHKEY_CONTROL_TOKENS", name + ":operator:" + HASH_A));

            assertThat(e).hasMessageContaining("control.tokens[0].name").hasMessageContaining("is reserved");
        }
    }

    @Test
    void content_wrongEntries_theOthersAreRead() {
        TokensFile.Content content = tokensFile()
                .content("alice:operator:" + HASH_A + "\n\uFFFD\nbob:manager:" + HASH_B + "\n,\ncarol:operator:sha256:"
                        + "cc".repeat(32));

        assertThat(content.tokens()).extracting(AdminToken::name).containsExactly("alice", "carol");
        assertThat(content.problems()).hasSize(4).noneMatch(problem -> problem.contains("bb"));
    }

    @Test
    void content_entriesThatContradictEachOther_noneIsRead() {
        String sound = "dave:operator:sha256:" + "dd".repeat(32);

        assertThat(tokensFile()
                        .content("alice:operator:" + HASH_A + "\nbob:reader:ws_1:" + HASH_A + "\n" + sound)
                        .tokens())
                .extracting(AdminToken::name)
                .containsExactly("dave");
        assertThat(tokensFile()
                        .content("alice:operator:" + HASH_A + "\nalice:reader:ws_1:" + HASH_B + "\n" + sound)
                        .tokens())
                .extracting(AdminToken::name)
                .containsExactly("dave");
        assertThat(tokensFile()
                        .content("alice:operator:" + HASH_A + "\nalice:reder:ws_1:sha256:" + "AA".repeat(32) + "\n"
                                + sound)
                        .tokens())
                .extracting(AdminToken::name)
                .containsExactly("dave");
        assertThat(tokensFile().content(sound + "\n" + sound).tokens())
                .extracting(AdminToken::name)
                .containsExactly("dave");
    }

    @Test
    void load_peppersALineEach_readInTheirOrder() throws IOException {
        String[] peppers = AllSettings.PEPPERS.split(",", -1);
        String text = "\uFEFF# the new one\r\n" + peppers[0] + "\r\n\r\n# until May\r\n " + peppers[1] + "\r\n";
        for (var charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE)) {
            Path file = Files.write(dir.resolve("peppers"), text.getBytes(charset));

            assertThat(SettingsLoader.load(ProcessKind.SIDECAR, null, Map.of("LATCHKEY_PEPPERS_FILE", file.toString()))
                            .settings()
                            .keys()
                            .peppers()
                            .versions())
                    .containsExactly(2, 1);
        }
    }

    @Test
    void load_uriFileWithByteOrderMark_read() throws IOException {
        Path file = Files.writeString(dir.resolve("uri"), "\uFEFFredis://:pw@h\r\n\r\n");
        Map<String, String> env =
                Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_REDIS_URI_FILE", file.toString());

        assertThat(SettingsLoader.load(ProcessKind.SIDECAR, null, env)
                        .settings()
                        .redis()
                        .uri()
                        .reveal())
                .isEqualTo("redis://:pw@h");
    }

    private TokensFile tokensFile() {
        return new TokensFile(new NamedFile("control.tokens-file", "tokens", dir.resolve("tokens")));
    }

    private InvalidSettingsException refused(Map<String, String> env) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> control(env));
    }

    private Settings control(Map<String, String> env) {
        Map<String, String> all = new HashMap<>(env);
        all.put("LATCHKEY_PEPPERS", AllSettings.PEPPERS);
        if (!env.containsKey("LATCHKEY_CONTROL_TOKENS")) {
            all.put("LATCHKEY_CONTROL_TOKENS_FILE", dir.resolve("tokens").toString());
        }
        return SettingsLoader.load(ProcessKind.CONTROL, null, all).settings();
    }
}
