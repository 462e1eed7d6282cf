package dev.latchkey.cli.environment;

import dev.latchkey.cli.output.Causes;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.text.TextEncoding;
import java.io.ByteArrayInputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a key from standard input: an argument would be public on the machine, and stay in the shell's history. From a terminal
 * it is read without being shown; there it can also be asked whether something is meant.
 */
public interface SecretInput {
    /** More than any key has; what is longer is cut off and so no key. */
    int MAX_BYTES = 4096;

    /** Returns all there is, at most {@link #MAX_BYTES}. */
    String read() throws IOException;

    /** Returns all there is, to be read bit by bit. */
    default InputStream stream() throws IOException {
        return new ByteArrayInputStream(read().getBytes(StandardCharsets.UTF_8));
    }

    /** Tells whether somebody sits before it. */
    default boolean isTerminal() {
        return false;
    }

    /** Asks a question, and returns whether the answer is yes; where there is no terminal, nobody says so. */
    default boolean confirms(String question) {
        return false;
    }

    /** Returns that of the process. */
    @SuppressWarnings("SystemConsoleNull") // the launcher asks for the console that is null where there is no terminal
    static SecretInput ofProcess() {
        return new SecretInput() {
            @Override
            public String read() throws IOException {
                Console console = System.console();
                if (console == null) {
                    return of(System.in).read();
                }
                char[] typed = console.readPassword("API key (not shown): ");
                return typed == null ? "" : new String(typed);
            }

            @Override
            public InputStream stream() {
                return System.in;
            }

            @Override
            public boolean isTerminal() {
                return System.console() != null;
            }

            @Override
            public boolean confirms(String question) {
                Console console = System.console();
                String answer = console == null ? null : console.readLine("%s [yes/no] ", question);
                return "yes".equalsIgnoreCase(answer) || "y".equalsIgnoreCase(answer);
            }
        };
    }

    static SecretInput of(InputStream stream) {
        return new SecretInput() {
            @Override
            public String read() throws IOException {
                try {
                    return TextEncoding.decode(stream.readNBytes(MAX_BYTES));
                } catch (CharacterCodingException e) {
                    throw new IOException("neither UTF-8 nor UTF-16", e);
                }
            }

            @Override
            public InputStream stream() {
                return stream;
            }
        };
    }

    /**
     * Reads one key.
     *
     * @throws CommandFailure if there is nothing, or more than a line
     */
    default String readKey() {
        String text;
        try {
            text = read().strip();
        } catch (IOException e) {
            throw CommandFailure.usage("standard input cannot be read: " + Causes.reason(e));
        }
        if (text.isEmpty() || text.lines().count() != 1) {
            throw CommandFailure.usage("standard input holds " + (text.isEmpty() ? "nothing" : "more than one line")
                    + " (expected: one key, as in: latchkey keys find --key-stdin < file)");
        }
        return text;
    }
}
