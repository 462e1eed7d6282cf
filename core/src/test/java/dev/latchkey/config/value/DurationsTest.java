package dev.latchkey.config.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0s, PT0S",
        "1ms, PT0.001S",
        "50ms, PT0.05S",
        "30s, PT30S",
        "15m, PT15M",
        "24h, PT24H",
        "90d, PT2160H",
        "007s, PT7S",
        "999999999d, PT23999999976H",
    })
    void parse_numberAndUnit_duration(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "s",
                "-5s",
                "+5s",
                "1.5s",
                "1 s",
                " 1s",
                "1s ",
                "1s\n",
                "1S",
                "1w",
                "1us",
                "1m30s",
                "PT1S",
                "٣s",
                "1000000000d",
            })
    void parse_anotherForm_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessage(
                        SettingProblems.printable(text) + " (expected: a duration such as 50ms, 30s, 15m, 24h or 90d)");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT0.05S, 50ms",
        "PT1.5S, 1500ms",
        "PT30S, 30s",
        "PT90S, 90s",
        "PT15M, 15m",
        "PT23H, 23h",
        "PT24H, 1d",
        "PT2160H, 90d",
        "PT0.0019S, 1ms",
    })
    void format_duration_greatestUnitWithoutRest(Duration duration, String text) {
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @Test
    void parse_formatted_same() {
        Duration longest = Durations.parse("999999999d");

        assertThat(Durations.parse(Durations.format(longest))).isEqualTo(longest);
    }
}
