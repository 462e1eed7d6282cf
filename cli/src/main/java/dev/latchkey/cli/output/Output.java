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

/**
 * The {@code --output} option, which may stand anywhere on the command line, and the printing of results in that format
 * to standard output.
 */
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
     * Prints a response of the control plane in the requested format. As JSON, it equals the REST response.
     *
     * @param table the result as a table, with its line feeds
     * @throws CommandFailure if standard output cannot be written
     */
    public void print(CommandSpec command, Message answer, String table) {
        print(command, RestJson.of(answer), table);
    }

    /**
     * Prints a result in the requested format.
     *
     * @param table the result as a table, with its line feeds
     * @throws CommandFailure if standard output cannot be written
     */
    public void print(CommandSpec command, JsonNode json, String table) {
        write(command, format == Format.JSON ? json + "\n" : table);
    }

    /**
     * Prints one JSON object on a line of its own, whatever the requested format is.
     *
     * @throws CommandFailure if standard output cannot be written
     */
    public void printLine(CommandSpec command, JsonNode json) {
        write(command, json + "\n");
    }

    /** Returns whether the requested format is a table, which people read. */
    public boolean isTable() {
        return format == Format.TABLE;
    }

    /**
     * Writes {@code text} unchanged.
     *
     * @throws CommandFailure if standard output cannot be written
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
