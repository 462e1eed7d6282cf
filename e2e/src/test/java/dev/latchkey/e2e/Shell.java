package dev.latchkey.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands to their end. */
public final class Shell {
    private Shell() {}

    /** The outcome of a command; {@code output} is what it wrote to both outputs. */
    public record Outcome(int status, String output) {}

    public static Outcome run(List<String> command) {
        return run(new ProcessBuilder(command));
    }

    public static Outcome run(ProcessBuilder builder) {
        try {
            Process process = builder.redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(String.join(" ", builder.command()), e);
        }
    }
}
