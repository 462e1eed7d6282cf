package dev.latchkey.config.value;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The written form of durations, a whole number with a unit: {@code 50ms}, {@code 30s}, {@code 15m},
 * {@code 24h} or {@code 90d}.
 */
public final class Durations {
    public static final String EXPECTED = "a duration such as 50ms, 30s, 15m, 24h or 90d";

    // With nine digits, even a number of days fits into a long of milliseconds.
    private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final List<Unit> UNITS = List.of(
            new Unit("d", Duration.ofDays(1)),
            new Unit("h", Duration.ofHours(1)),
            new Unit("m", Duration.ofMinutes(1)),
            new Unit("s", Duration.ofSeconds(1)));

    private Durations() {}

    /**
     * Parses the written form. The result can be zero and is never negative.
     *
     * @throws IllegalArgumentException if {@code text} has another form; the message quotes the text
     */
    public static Duration parse(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(SettingProblems.printable(text) + " (expected: " + EXPECTED + ")");
        }
        long count = Long.parseLong(matcher.group(1));
        for (Unit unit : UNITS) {
            if (unit.name.equals(matcher.group(2))) {
                return unit.length.multipliedBy(count);
            }
        }
        return Duration.ofMillis(count);
    }

    /**
     * Returns the written form in the largest unit that divides the duration evenly: {@code 90s} for 90 seconds,
     * {@code 2m} for 120 seconds. Fractions of a millisecond are cut off.
     */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        for (Unit unit : UNITS) {
            if (millis != 0 && millis % unit.length.toMillis() == 0) {
                return millis / unit.length.toMillis() + unit.name;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    private record Unit(String name, Duration length) {}
}
