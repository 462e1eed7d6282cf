package dev.latchkey.cli.keys;

import dev.latchkey.cli.output.TerminalText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Takes a key's id, and keeps a key itself, given instead, from going any further: onto a wire, into logs. */
public final class KeyIdConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        if (TerminalText.mentionsKey(text)) {
            throw new TypeConversionException(
                    "a key (expected: its id, such as key_01jd…; treat a key as leaked that was on a command line)");
        }
        return text;
    }
}
