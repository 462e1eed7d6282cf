package dev.latchkey.cli.output;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.WorkspaceState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Conversions between values of the protos and their text in commands and tables. */
public final class ProtoValues {
    private static final String WORKSPACE_PREFIX = "WORKSPACE_";
    private static final String KEY_PREFIX = "key_";
    private static final String BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final Pattern KEY_ID = Pattern.compile(KEY_PREFIX + "[0-7][" + BASE_32 + "]{25}");
    private static final int TIME_DIGITS = 10;

    private ProtoValues() {}

    public static String text(Environment environment) {
        return lowerCase(environment);
    }

    public static String text(KeyState state) {
        return lowerCase(state);
    }

    public static String text(WorkspaceState state) {
        String name = state.name();
        return (name.startsWith(WORKSPACE_PREFIX) ? name.substring(WORKSPACE_PREFIX.length()) : name)
                .toLowerCase(Locale.ROOT);
    }

    /** Returns the time in UTC, in the format of RFC 3339, truncated to whole seconds. */
    public static String seconds(Timestamp time) {
        return instant(time).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public static boolean isAfter(Timestamp time, Timestamp other) {
        return instant(time).isAfter(instant(other));
    }

    public static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    public static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /**
     * Returns the creation time of the key {@code id}, which is a ULID and so begins with its time. Returns empty for
     * an id of another form.
     */
    public static Optional<Timestamp> timeOfKeyId(String id) {
        if (!KEY_ID.matcher(id).matches()) {
            return Optional.empty();
        }
        long millis = id.chars()
                .skip(KEY_PREFIX.length())
                .limit(TIME_DIGITS)
                .mapToLong(BASE_32::indexOf)
                // Each base-32 digit holds five bits.
                .reduce(0, (time, digit) -> time << 5 | digit);
        return Optional.of(timestamp(Instant.ofEpochMilli(millis)));
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
