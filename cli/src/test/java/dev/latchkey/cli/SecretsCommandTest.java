package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.config.AdminToken;
import dev.latchkey.key.Peppers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretsCommandTest {
    @Test
    void pepper_isOneThatTheSettingsTake() {
        String pepper =
                Run.of(Map.of(), "pepper", "generate", "--version-number", "9").out();

        assertThat(Peppers.parse(pepper).versions()).containsExactly(9);
        assertThat(Run.of(Map.of(), "pepper", "generate", "--version-number", "9")
                        .out())
                .isNotEqualTo(pepper);
    }

    @Test
    void token_secondLineIsTheHashOfTheFirst() {
        List<String> lines = Run.of(Map.of(), "token", "generate").out().lines().toList();

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).matches("latchkey_admin_[A-Za-z0-9_-]{43}");
        assertThat(lines.get(1)).isEqualTo(AdminToken.hash(lines.get(0)));
    }

    @Test
    void token_withNameRoleAndWorkspace_thirdLineIsItsSetting() {
        assertThat(setting("--name=ops")).matches("ops:operator:sha256:[0-9a-f]{64}");
        assertThat(setting("--name=mia", "--workspace=ws_1")).matches("mia:manager:ws_1:sha256:[0-9a-f]{64}");
        assertThat(setting("--name=rob", "--role=reader", "--workspace=ws_1"))
                .matches("rob:reader:ws_1:sha256:[0-9a-f]{64}");
    }

    @Test
    void token_whatDoesNotFit_isRefused() {
        for (String[] args : new String[][] {
            {"--role=reader"},
            {"--name=a b"},
            {"--name=a", "--role=admin"},
            {"--name=a", "--role=reader"},
            {"--name=a", "--role=operator", "--workspace=ws_1"},
            {"--name=a", "--workspace=-"}
        }) {
            Run run = generate(args);
            assertThat(run.status()).as(String.join(" ", args)).isEqualTo(2);
            assertThat(run.err()).contains("(expected: ");
            assertThat(run.out()).isEmpty();
        }
    }

    private static String setting(String... args) {
        List<String> lines = generate(args).out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(2)).endsWith(AdminToken.hash(lines.get(0)));
        return lines.get(2);
    }

    private static Run generate(String... args) {
        List<String> command = new ArrayList<>(List.of("token", "generate"));
        command.addAll(List.of(args));
        return Run.of(Map.of(), command.toArray(String[]::new));
    }

    @Test
    void token_json_holdsBoth() throws IOException {
        JsonNode json = new JsonMapper()
                .readTree(Run.of(Map.of(), "token", "generate", "--output", "json")
                        .out());

        assertThat(json.get("hash").asText())
                .isEqualTo(AdminToken.hash(json.get("token").asText()));
    }
}
