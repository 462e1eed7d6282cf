package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.config.AdminToken.Role;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AdminTokenTest {

    @Test
    void hash_token_sha256InHex() {
        // FIPS 180-2 appendix B.1.
        assertThat(AdminToken.hash("abc"))
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void sha256Of_itsTokenOnly() {
        AdminToken token = configured("ops:operator:" + AdminToken.hash("right"));

        assertThat(AdminToken.sha256Of("right")).isEqualTo(token.sha256());
        assertThat(AdminToken.sha256Of("wrong")).isNotEqualTo(token.sha256());
        assertThat(AdminToken.sha256Of("")).isNotEqualTo(token.sha256());
    }

    @Test
    void create_nameOfTheControlPlaneItself_impossible() {
        for (String name : List.of("latchkey", "Latchkey")) {
            assertThatThrownBy(() -> new AdminToken(name, Role.OPERATOR, "", "ab".repeat(32)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void create_workspaceThatDoesNotFitTheRole_impossible() {
        assertThatThrownBy(() -> new AdminToken("a", Role.OPERATOR, "ws_1", "ab".repeat(32)))
                .isInstanceOf(IllegalArgumentException.class);
        for (Role role : List.of(Role.MANAGER, Role.READER)) {
            for (String workspace : List.of("", "-", "a b")) {
                assertThatThrownBy(() -> new AdminToken("a", role, workspace, "ab".repeat(32)))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void setting_ofAToken_isReadAsThatToken() {
        for (String text : List.of("ops:operator:", "ops:manager:ws_1:", "a.b-c:reader:sha256:")) {
            String setting = text + AdminToken.hash("right");
            assertThat(configured(setting).setting()).isEqualTo(setting);
        }
    }

    @Test
    void toString_nameRoleAndWorkspaceOnly() {
        assertThat(configured("ops:manager:ws_1:" + AdminToken.hash("right"))).hasToString("ops (manager of ws_1)");
    }

    private static AdminToken configured(String text) {
        Map<String, String> env = Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_CONTROL_TOKENS", text);
        List<AdminToken> tokens = SettingsLoader.load(ProcessKind.CONTROL, null, env)
                .settings()
                .control()
                .tokens();
        assertThat(tokens).hasSize(1);
        return tokens.get(0);
    }
}
