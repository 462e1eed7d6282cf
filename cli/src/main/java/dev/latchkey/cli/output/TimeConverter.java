package dev.latchkey.cli.output;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A converter for times in the format of RFC 3339. */
public final class TimeConverter implements ITypeConverter<OffsetDateTime> {
    // Java accepts more than RFC 3339, such as years of five digits, which a proto timestamp cannot hold.
    private static final Pattern RFC_3339 = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt].*");

    @Override
    public OffsetDateTime convert(String text) {
        try {
            if (RFC_3339.matcher(text).matches()) {
                return OffsetDateTime.parse(text);
            }
        } catch (DateTimeParseException e) {
            // Reported below, as is text that does not match the pattern.
        }
        throw new TypeConversionException(text + " (expected: a time such as 2027-01-31T00:00:00Z)");
    }
}
