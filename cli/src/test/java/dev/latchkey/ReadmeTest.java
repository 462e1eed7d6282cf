package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.SettingInfo;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.decision.Denial;
import dev.latchkey.redis.health.RedisUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A new user reads only the README, so it is held to the code. */
class ReadmeTest {
    private static final Path README = Path.of("../README.md");

    @Test
    void settings_table_isThatOfTheSettings() throws IOException {
        List<String> rows = Files.readAllLines(README).stream()
                .filter(line -> line.startsWith("| `") && line.contains("LATCHKEY_"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(SettingsLoader.reference().stream()
                        .map(SettingInfo::row)
                        .toList());
    }

    @Test
    void redisUsers_lines_areTheRulesThatTheTestsRunWith() throws IOException {
        assertThat(Files.readString(README))
                .contains(
                        "ACL SETUSER sidecar on >PASSWORD " + String.join(" ", RedisUsers.sidecar("latchkey:")) + "\n")
                .contains(
                        "ACL SETUSER control on >PASSWORD " + String.join(" ", RedisUsers.control("latchkey:")) + "\n");
    }

    @Test
    void codes_table_namesEveryDenialWithItsStatuses() throws IOException {
        String readme = Files.readString(README);

        for (Denial denial : Denial.values()) {
            assertThat(readme)
                    .containsPattern("\\| " + denial.httpStatus() + " \\| `" + denial.code() + "` \\| [^|]+ \\| "
                            + denial.grpcStatus() + " \\|");
        }
    }
}
