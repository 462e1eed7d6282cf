package dev.latchkey.cli.keys;

import dev.latchkey.cli.output.TerminalText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A converter that accepts a key's id. It rejects an API key given in place of the id, so that the key reaches neither
 * the network nor a log.
 */
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
