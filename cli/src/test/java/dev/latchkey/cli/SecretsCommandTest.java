package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.config.AdminToken;
import dev.latchkey.key.Peppers;
import java.io.IOException;
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
    void token_json_holdsBoth() throws IOException {
        JsonNode json = new JsonMapper()
                .readTree(Run.of(Map.of(), "token", "generate", "--output", "json")
                        .out());

        assertThat(json.get("hash").asText())
                .isEqualTo(AdminToken.hash(json.get("token").asText()));
    }
}
