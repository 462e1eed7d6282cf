package dev.latchkey.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.latchkey.json.RestJson;
import java.io.PrintWriter;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The form of results, {@code --output}, which may stand anywhere in the line; and their way to standard output. */
public final class Output {
    public static final String OPTION = "--output";

    @Option(
            names = OPTION,
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            converter = FormatConverter.class,
            description = "How to print the result: table (the default), or json.")
    private Format format = Format.TABLE;

    private enum Format {
        TABLE,
        JSON
    }

    /**
     * Prints an answer of the control plane in the form that was asked for; as JSON it is what REST answers.
     *
     * @param table with its line feeds
     * @throws CommandFailure if it cannot be written
     */
    public void print(CommandSpec command, Message answer, String table) {
        print(command, RestJson.of(answer), table);
    }

    /**
     * Prints a result in the form that was asked for.
     *
     * @param table with its line feeds
     * @throws CommandFailure if it cannot be written
     */
    public void print(CommandSpec command, JsonNode json, String table) {
        write(command, format == Format.JSON ? json + "\n" : table);
    }

    /**
     * Prints one JSON object on a line of its own, whatever form was asked for.
     *
     * @throws CommandFailure if it cannot be written
     */
    public void printLine(CommandSpec command, JsonNode json) {
        write(command, json + "\n");
    }

    /** Tells whether the result is for people to read. */
    public boolean isTable() {
        return format == Format.TABLE;
    }

    /**
     * Writes {@code text} as it is.
     *
     * @throws CommandFailure if it cannot be written
     */
    void write(CommandSpec command, String text) {
        PrintWriter out = command.commandLine().getOut();
        out.print(text);
        if (out.checkError()) {
            throw CommandFailure.refused("the result could not be written to standard output");
        }
    }

    private static final class FormatConverter implements ITypeConverter<Format> {
        @Override
        public Format convert(String text) {
            return switch (text) {
                case "table" -> Format.TABLE;
                case "json" -> Format.JSON;
                default -> throw new TypeConversionException(text + " (expected: table or json)");
            };
        }
    }
}
