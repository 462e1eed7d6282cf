package dev.latchkey.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.key.Environment;
import dev.latchkey.policy.Requirement.Kind;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RequirementTest {

    @ParameterizedTest(name = "{0} of a and b, held: {1}")
    @CsvSource({
        "ALL_OF, a b c, true",
        "ALL_OF, a b,   true",
        "ALL_OF, a,     false",
        "ALL_OF, '',    false",
        "ANY_OF, a b,   true",
        "ANY_OF, b,     true",
        "ANY_OF, c,     false",
        "ANY_OF, ab,    false",
        "ANY_OF, '',    false"
    })
    void satisfiedBy_heldScopes_isAsTheKindSays(Kind kind, String held, boolean satisfied) {
        Requirement requirement = new Requirement(kind, List.of("a", "b"));

        assertThat(requirement.satisfiedBy(Set.of(held.split(" ")))).isEqualTo(satisfied);
    }

    @Test
    void satisfiedBy_public_isAlwaysTrue() {
        assertThat(Requirement.PUBLIC.satisfiedBy(Set.of())).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"ALL_OF", "ANY_OF"})
    void new_withoutScopes_isRefused(Kind kind) {
        assertThatThrownBy(() -> new Requirement(kind, List.of()))
                .hasMessage("scopes of " + kind + ": [] (expected: at least one)");
    }

    @Test
    void new_publicWithScopes_isRefused() {
        assertThatThrownBy(() -> new Requirement(Kind.PUBLIC, List.of("a")))
                .hasMessage("scopes of PUBLIC: [a] (expected: none)");
    }

    @Test
    void scopeText_scopes_areJoinedByOneSpaceAsWritten() {
        assertThat(new Requirement(Kind.ANY_OF, List.of("b", "a")).scopeText()).isEqualTo("b a");
        assertThat(Requirement.PUBLIC.scopeText()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"LIVE, true, false", "TEST, false, true", "BOTH, true, true"})
    void accepts_environment_isAsItSays(RouteEnvironment environment, boolean live, boolean test) {
        assertThat(environment.accepts(Environment.LIVE)).isEqualTo(live);
        assertThat(environment.accepts(Environment.TEST)).isEqualTo(test);
    }
}
