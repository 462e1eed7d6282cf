package dev.latchkey.config.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.AllSettings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each setting takes and what it refuses, at its edges. */
final class SettingFormsTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "AUTHZ_LISTEN,         unix:@latchkey",
                "AUTHZ_LISTEN,         localhost:0",
                "AUTHZ_TIMEOUT,        1ms",
                "AUTHZ_TIMEOUT,        10s",
                "AUTHZ_MAX_CONCURRENT, 1",
                "AUTHZ_MAX_CONCURRENT, 1000000",
                "REDIS_TIMEOUT,        10000ms",
                "REDIS_PREFIX,         :",
                "REDIS_PREFIX,         aB0:._-89012345678901234567890a:",
                "KEYS_BRAND,           ab",
                "KEYS_BRAND,           a123456789012345",
                "KEYS_ABANDONED_PEPPERS, 9",
                "KEYS_RETENTION,       1d",
                "KEYS_RETENTION,       3650d",
                "HEADERS_PREFIX,       -",
                "HEADERS_PREFIX,       x_a-",
                "ERRORS_BASE,          https://e.example/?c=[x]~!#",
                "REALM,                ` `",
                "REALM,                a b~[]",
                "READY_GRACE,          0s",
                "READY_GRACE,          1h",
                "DRAIN_DELAY,          0s",
                "DRAIN_DELAY,          5m",
                "DRAIN_TIMEOUT,        10m",
                "POLICIES,             a=b=c",
            })
    void load_atTheEdge_taken(String name, String text) {
        assertThat(problems(name, text)).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "AUTHZ_LISTEN,             127.0.0.1",
                "AUTHZ_TIMEOUT,            0s",
                "AUTHZ_TIMEOUT,            10001ms",
                "AUTHZ_MAX_CONCURRENT,     0",
                "AUTHZ_MAX_CONCURRENT,     1000001",
                "AUTHZ_MAX_CONCURRENT,     1e3",
                "OPS_LISTEN,               unix:/run/a.sock",
                "CONTROL_LISTEN,           unix:@a",
                "REDIS_TIMEOUT,            11s",
                "REDIS_PREFIX,             latchkey",
                "REDIS_PREFIX,             a{b}:",
                "REDIS_PREFIX,             a12345678901234567890123456789012:",
                "KEYS_BRAND,               a",
                "KEYS_BRAND,               a1234567890123456",
                "KEYS_ACCEPT_IMPORTED,     TRUE",
                "KEYS_ACCEPT_IMPORTED,     1",
                "KEYS_ABANDONED_PEPPERS,   0",
                "KEYS_ABANDONED_PEPPERS,   10",
                "KEYS_ABANDONED_PEPPERS,   one",
                "KEYS_RETENTION,           23h",
                "KEYS_RETENTION,           3651d",
                "HEADERS_PREFIX,           x-latchkey",
                "HEADERS_PREFIX,           X-latchkey-",
                "HEADERS_PREFIX,           x:a-",
                "HEADERS_REMOVE_OVERRIDES, no",
                "ERRORS_BASE,              a b",
                "ERRORS_BASE,              a\"b",
                "ERRORS_BASE,              a\\b",
                "ERRORS_BASE,              ü",
                "REALM,                    a\"b",
                "REALM,                    a\\b",
                "REALM,                    ü",
                "READY_GRACE,              61m",
                "READY_FOLLOW_REDIS,       True",
                "DRAIN_DELAY,              6m",
                "DRAIN_TIMEOUT,            -1s",
                "POLICIES,                 policy.yaml",
                "POLICIES,                 a.b=policy.yaml",
                "POLICIES,                 =policy.yaml",
                "POLICIES,                 a=",
                "POLICIES,                 `a=b,`",
                "POLICIES,                 `a=b,a=c`",
            })
    void load_overTheEdge_oneProblem(String name, String text) {
        assertThat(problems(name, text))
                .singleElement()
                .asString()
                .contains("(from LATCHKEY_" + name + "): ", "(expected: ");
    }

    private static List<String> problems(String name, String text) {
        try {
            SettingsLoader.load(
                    ProcessKind.SIDECAR,
                    null,
                    Map.of("LATCHKEY_PEPPERS", AllSettings.PEPPERS, "LATCHKEY_" + name, text));
            return List.of();
        } catch (InvalidSettingsException e) {
            return e.problems();
        }
    }
}
