package dev.latchkey.cli.output;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time as RFC 3339 has it. */
public final class TimeConverter implements ITypeConverter<OffsetDateTime> {
    // What Java reads beyond RFC 3339, such as years of five digits, a proto timestamp cannot hold.
    private static final Pattern RFC_3339 = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt].*");

    @Override
    public OffsetDateTime convert(String text) {
        try {
            if (RFC_3339.matcher(text).matches()) {
                return OffsetDateTime.parse(text);
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw new TypeConversionException(text + " (expected: a time such as 2027-01-31T00:00:00Z)");
    }
}
