package dev.latchkey.control.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyRulesTest {
    private static final long NOW = FakeClock.START.toEpochMilli();
    private static final long NOW_SECONDS = FakeClock.START.getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final String RAW_KEY = "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREx";

    private final KeyRules rules = new KeyRules(TestControl.SCOPES);

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("no workspace", workspace(""), "workspace", "\"\""),
                Arguments.of("any workspace", workspace("-"), "workspace", "\"-\""),
                Arguments.of("a workspace with a slash", workspace("a/b"), "workspace", "\"a/b\""),
                Arguments.of(
                        "a workspace of 65", workspace("w".repeat(65)), "workspace", "\"" + "w".repeat(40) + "…\""),
                Arguments.of("a workspace that would break Redis' slot", workspace("a}b"), "workspace", "\"a}b\""),
                Arguments.of("a key as workspace", workspace(RAW_KEY), "workspace", "\"opt_live_…\""),
                Arguments.of("no name", name(""), "name", "\"\""),
                Arguments.of("a blank name", name("  "), "name", "\"  \""),
                Arguments.of("a name of 101", name("n".repeat(101)), "name", "\"" + "n".repeat(40) + "…\""),
                Arguments.of("a name with a line break", name("a\nb"), "name", "\"a\\u000ab\""),
                Arguments.of("a name with a Unicode line break", name("a\u2028b"), "name", "\"a\\u2028b\""),
                Arguments.of("a name with DEL", name("a\u007fb"), "name", "\"a\\u007fb\""),
                Arguments.of("a key as name", name("my " + RAW_KEY), "name", "\"my opt_live_…\""),
                Arguments.of("another environment", environment("7"), "environment", "7"),
                Arguments.of("no scope", scopes(), "scopes", "[]"),
                Arguments.of("an unknown scope", scopes("cases:read", "cases:raed"), "scopes[1]", "\"cases:raed\""),
                Arguments.of("an empty scope", scopes(""), "scopes[0]", "\"\""),
                Arguments.of("no time at all", lifetime(0, 0), "lifetime", "0s"),
                Arguments.of("less than the clock's step", lifetime(0, 999_999), "lifetime", "0s and 999999ns"),
                Arguments.of("a negative lifetime", lifetime(-5, 0), "lifetime", "-5s"),
                Arguments.of("too many nanoseconds", lifetime(1, 1_000_000_000), "lifetime", "1s and 1000000000ns"),
                Arguments.of("beyond the year 9999", lifetime(LAST_SECOND - NOW_SECONDS + 1, 0), "lifetime", null),
                Arguments.of(
                        "a lifetime that overflows", lifetime(Long.MAX_VALUE, 0), "lifetime", Long.MAX_VALUE + "s"),
                Arguments.of("an expiry now", at(NOW_SECONDS, 0), "expire_time", "2026-05-26T10:00:00Z"),
                Arguments.of("an expiry in the past", at(0, 0), "expire_time", "1970-01-01T00:00:00Z"),
                Arguments.of("an expiry after 9999", at(LAST_SECOND + 1, 0), "expire_time", "+10000-01-01T00:00:00Z"),
                Arguments.of(
                        "an expiry that overflows",
                        at(Long.MAX_VALUE, 0),
                        "expire_time",
                        Long.MAX_VALUE + "s after 1970"),
                Arguments.of(
                        "an expiry that underflows",
                        at(Long.MIN_VALUE, 0),
                        "expire_time",
                        Long.MIN_VALUE + "s after 1970"),
                Arguments.of("an expiry with wrong nanoseconds", at(LAST_SECOND, -1), "expire_time", null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void check_oneFieldIsWrong_namesItWithValueAndExpectation(String row, NewKey wanted, String field, String value) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> rules.check(wanted, NOW));

        assertThat(refused.kind()).isEqualTo(Kind.INVALID);
        assertThat(refused.violations()).singleElement().satisfies(violation -> {
            assertThat(violation.field()).isEqualTo(field);
            assertThat(violation.expected()).isNotBlank();
            if (value != null) {
                assertThat(violation.value()).isEqualTo(value);
            }
        });
        assertThat(refused).hasMessageContaining(field + ": value: ").hasMessageContaining("(expected: ");
        assertThat(refused.getMessage()).doesNotContain(RAW_KEY);
    }

    static Stream<Arguments> right() {
        return Stream.of(
                Arguments.of("never expires", TestControl.newKey("ws_1"), KeyRecord.NEVER),
                Arguments.of("the longest workspace", workspace("w".repeat(64)), KeyRecord.NEVER),
                Arguments.of("the longest name, of surrogate pairs", name("\uD83D\uDD11".repeat(100)), KeyRecord.NEVER),
                Arguments.of("a name that mentions a start", name("was opt_live_vZ8a"), KeyRecord.NEVER),
                Arguments.of("test", environment("test"), KeyRecord.NEVER),
                Arguments.of("the shortest lifetime", lifetime(0, 1_000_000), NOW + 1),
                Arguments.of("a lifetime", lifetime(60, 500_000_000), NOW + 60_500),
                Arguments.of("the longest lifetime", lifetime(LAST_SECOND - NOW_SECONDS, 0), LAST_SECOND * 1000),
                Arguments.of("the earliest expiry", at(NOW_SECONDS, 1_000_000), NOW + 1),
                Arguments.of("the last expiry", at(LAST_SECOND, 999_999_999), LAST_SECOND * 1000 + 999));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("right")
    void check_soundRequest_isTerms(String row, NewKey wanted, long expiresAt) {
        KeyRules.Terms terms = rules.check(wanted, NOW);

        assertThat(terms.expiresAt()).isEqualTo(expiresAt);
        assertThat(terms.environment()).isEqualTo(Environment.of(wanted.environment()));
        assertThat(terms.scopes()).containsExactly("cases:read");
    }

    @Test
    void check_scopeTwice_isOnce() {
        assertThat(rules.check(scopes("cases:write", "cases:read", "cases:write"), NOW)
                        .scopes())
                .containsExactly("cases:write", "cases:read");
    }

    @Test
    void check_allIsWrong_namesAllAtOnce() {
        NewKey wanted = new NewKey("", "", "x", List.of("a", "b"), new Expiry.Lifetime(0, 0));

        assertThatThrownBy(() -> rules.check(wanted, NOW))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactly(
                                        "workspace", "name", "environment", "scopes[0]", "scopes[1]", "lifetime"));
    }

    @Test
    void check_unknownScope_namesTheNearest() {
        assertThatThrownBy(() -> rules.check(scopes("case:write"), NOW)).hasMessageContaining("nearest: cases:write");
    }

    @Test
    void check_thousandsOfUnknownScopes_reportIsBounded() {
        NewKey wanted = new NewKey("ws_1", "One", "live", Collections.nCopies(5000, "x"), Expiry.Never.NEVER);

        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> rules.check(wanted, NOW));
        assertThat(refused.violations()).hasSize(50);
    }

    @Test
    void check_policyWithoutScopes_saysSo() {
        assertThatThrownBy(() -> new KeyRules(List.of()).check(scopes("cases:read"), NOW))
                .hasMessageContaining("which has none");
    }

    private static NewKey workspace(String id) {
        return TestControl.newKey(id);
    }

    private static NewKey name(String name) {
        return new NewKey("ws_1", name, "live", List.of("cases:read"), Expiry.Never.NEVER);
    }

    private static NewKey environment(String text) {
        return new NewKey("ws_1", "One", text, List.of("cases:read"), Expiry.Never.NEVER);
    }

    private static NewKey scopes(String... scopes) {
        return new NewKey("ws_1", "One", "live", List.of(scopes), Expiry.Never.NEVER);
    }

    private static NewKey lifetime(long seconds, int nanos) {
        return new NewKey("ws_1", "One", "live", List.of("cases:read"), new Expiry.Lifetime(seconds, nanos));
    }

    private static NewKey at(long seconds, int nanos) {
        return new NewKey("ws_1", "One", "live", List.of("cases:read"), new Expiry.At(seconds, nanos));
    }
}
