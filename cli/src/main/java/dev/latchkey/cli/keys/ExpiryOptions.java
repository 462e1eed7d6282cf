package dev.latchkey.cli.keys;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.latchkey.cli.output.DurationConverter;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TimeConverter;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the expiry of a key, of which at most one may be given. */
final class ExpiryOptions {
    @Option(
            names = "--expires-in",
            required = true,
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "After this the key has expired: 30s, 15m, 24h or 90d.")
    private java.time.@Nullable Duration lifetime;

    @Option(
            names = "--expires-at",
            required = true,
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "From then on it has: 2027-01-31T00:00:00Z (RFC 3339).")
    private @Nullable OffsetDateTime time;

    Optional<Duration> lifetime() {
        return Optional.ofNullable(lifetime).map(ProtoValues::duration);
    }

    Optional<Timestamp> time() {
        return Optional.ofNullable(time).map(at -> ProtoValues.timestamp(at.toInstant()));
    }
}
