package dev.latchkey.cli.audit;

import dev.latchkey.cli.output.TimeConverter;
import dev.latchkey.config.value.Durations;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A converter for a time in the format of RFC 3339 or an age such as 30s, 15m, 24h or 90d before now. */
final class PastConverter implements ITypeConverter<Instant> {
    private final TimeConverter times = new TimeConverter();

    @Override
    public Instant convert(String text) {
        // Every RFC 3339 date contains a hyphen, and no duration does.
        if (text.contains("-")) {
            return times.convert(text).toInstant();
        }
        try {
            return Instant.now().minus(Durations.parse(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    text + " (expected: how long ago, such as 24h or 7d, or a time such as 2027-01-31T00:00:00Z)");
        }
    }
}
