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
 * A source of API keys: standard input. A key is never an argument, because arguments are visible to all users of the
 * machine and stay in the shell's history. On a terminal, the key is read without echo, and the user can be asked to
 * confirm an action.
 */
public interface SecretInput {
    /**
     * The maximum number of bytes of a key on a stream. Every key is shorter. Longer input is cut off, and so is
     * rejected as a malformed key.
     */
    int MAX_BYTES = 4096;

    /** Returns the whole input; of a stream, at most {@link #MAX_BYTES}. */
    String read() throws IOException;

    /** Returns the whole input as a stream, to be read in parts. */
    default InputStream stream() throws IOException {
        return new ByteArrayInputStream(read().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns whether the input is a terminal. */
    default boolean isTerminal() {
        return false;
    }

    /** Asks the user a question and returns whether the answer is yes. Returns false if there is no terminal. */
    default boolean confirms(String question) {
        return false;
    }

    /** Returns the standard input of this process. */
    @SuppressWarnings("SystemConsoleNull") // the launcher selects a console that is null without a terminal
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
     * @throws CommandFailure if the input cannot be read, is empty, or holds more than one line
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
