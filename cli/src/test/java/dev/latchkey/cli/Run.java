package dev.latchkey.cli;

import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** What a command that was run in this process printed, and its exit status. */
public record Run(int status, String out, String err) {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** Runs a command with these variables and no others. */
    public static Run of(Map<String, String> variables, String... args) {
        return withInput("", variables, args);
    }

    /** Runs a command with {@code input} on its standard input. */
    public static Run withInput(String input, Map<String, String> variables, String... args) {
        SecretInput stream = SecretInput.of(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        return of(new Surroundings(variables, Termination.onRequest(), CALL_TIMEOUT, stream), args);
    }

    public static Run of(Surroundings surroundings, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(surroundings, new PrintWriter(out), new PrintWriter(err, true), args);
        return new Run(status, out.toString(), err.toString());
    }
}
