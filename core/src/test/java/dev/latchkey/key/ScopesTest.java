package dev.latchkey.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScopesTest {
    @Test
    void of_scopes_keepsTheirOrderAndEachOnce() {
        Scopes scopes = Scopes.of(List.of("b:read", "a:read", "b:read"));

        assertThat(scopes).containsExactly("b:read", "a:read");
        assertThat(scopes.text()).isEqualTo("b:read a:read");
        assertThat(scopes).isEqualTo(Set.of("a:read", "b:read"));
    }

    @Test
    void contains_onlyWholeScopes() {
        Scopes scopes = Scopes.of(List.of("cases:read", "cases:write"));

        assertThat(scopes.contains(new String("cases:read"))).isTrue();
        assertThat(scopes.contains("cases:")).isFalse();
        assertThat(scopes.contains("cases:read cases:write")).isFalse();
        assertThat(scopes.contains(null)).isFalse();
    }

    @Test
    void of_none_isEmpty() {
        assertThat(Scopes.of(List.of())).isEmpty();
        assertThat(Scopes.of(List.of()).text()).isEmpty();
    }
}
