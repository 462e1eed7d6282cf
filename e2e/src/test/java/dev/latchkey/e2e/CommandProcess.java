package dev.latchkey.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The {@code latchkey} command in a process of its own, with the class path of this test. */
public final class CommandProcess implements AutoCloseable {
    private static final String MAIN = "dev.latchkey.cli.Main";
    private static final long PATIENCE_SECONDS = 120;

    private final Path out;
    private final Path err;
    private final Process process;

    private CommandProcess(List<String> jvm, Map<String, String> variables, String input, List<String> arguments) {
        this(jvm, variables, input, arguments, temporary(".err"));
    }

    private CommandProcess(
            List<String> jvm, Map<String, String> variables, String input, List<String> arguments, Path err) {
        try {
            out = temporary(".out");
            this.err = err;
            // Whoever started the tests may ignore signals, as a shell does for what runs in the background.
            List<String> command = new ArrayList<>(List.of("env", "--default-signal"));
            command.addAll(jvm);
            command.addAll(arguments);
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("LATCHKEY_"));
            builder.environment().putAll(variables);
            process = builder.start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> jvm(String main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlatchkey.home=" + World.HOME,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main);
    }

    /** Starts a command that runs until it is told to stop. */
    public static CommandProcess start(Map<String, String> variables, String... arguments) {
        return new CommandProcess(jvm(MAIN), variables, "", List.of(arguments));
    }

    /** Starts a command as {@code jvm} says, a command line without the command's arguments. */
    public static CommandProcess startBy(List<String> jvm, Map<String, String> variables, String... arguments) {
        return new CommandProcess(jvm, variables, "", List.of(arguments));
    }

    /** Starts a command with the JVM options that the launcher gives it; {@code LATCHKEY_JAVA_OPTS} adds to them. */
    public static CommandProcess startAsLaunched(Map<String, String> variables, String... arguments) {
        return new CommandProcess(Launcher.line(variables, arguments[0]), variables, "", List.of(arguments));
    }

    /** Starts a command that ignores SIGINT, as one in the background of a script does. */
    public static CommandProcess startInBackground(Map<String, String> variables, String... arguments) {
        List<String> ignoring = new ArrayList<>(List.of("env", "--ignore-signal=INT"));
        ignoring.addAll(jvm(MAIN));
        return new CommandProcess(ignoring, variables, "", List.of(arguments));
    }

    /** Starts a command whose standard error nobody reads: a pipe that is full already. */
    public static CommandProcess startUnread(FullPipe err, Map<String, String> variables, String... arguments) {
        return startUnread(err, MAIN, variables, arguments);
    }

    /** As {@link #startUnread(FullPipe, Map, String...)}, of another main class. */
    public static CommandProcess startUnread(
            FullPipe err, String main, Map<String, String> variables, String... arguments) {
        // As launched: without that, newer JVMs warn on standard error, and wait for its reader themselves.
        List<String> line = Launcher.line(variables, arguments[0]).stream()
                .map(word -> word.equals(MAIN) ? main : word)
                .toList();
        return new CommandProcess(line, variables, "", List.of(arguments), err.path());
    }

    /** Starts a command whose standard error somebody else reads; {@link #err} is not for it. */
    public static CommandProcess startLogged(LogPipe err, Map<String, String> variables, String... arguments) {
        return new CommandProcess(jvm(MAIN), variables, "", List.of(arguments), err.path());
    }

    /** Starts another program of the same class path, which runs until it is told to stop. */
    public static CommandProcess startOther(Class<?> main, List<String> arguments) {
        return new CommandProcess(jvm(main.getName()), Map.of(), "", arguments);
    }

    /** What a command that has ended left behind. */
    public record Result(int status, String out, String err) {}

    /** Runs a command to its end. */
    public static Result run(Map<String, String> variables, String... arguments) {
        return runWithInput(variables, "", arguments);
    }

    /** Runs a command to its end, with {@code input} on its standard input. */
    public static Result runWithInput(Map<String, String> variables, String input, String... arguments) {
        try (CommandProcess command = new CommandProcess(jvm(MAIN), variables, input, List.of(arguments))) {
            return command.awaitEnd();
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until standard output holds {@code text}; fails at once if the process ends before. */
    public void awaitOutput(String text) {
        Awaitility.await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("ended with " + process.exitValue() + "\n" + out() + "\n" + err());
            }
            return out().contains(text);
        });
    }

    /** Tells the process to stop as Ctrl-C does. */
    public Result interrupt() {
        signal(process.pid(), "INT");
        return awaitEnd();
    }

    /** Tells the process to stop as a container's engine does, and waits for its end. */
    public Result terminate() {
        askToStop();
        return awaitEnd();
    }

    /** Tells the process to stop as a container's engine does; it may take its time. */
    public void askToStop() {
        signal(process.pid(), "TERM");
    }

    /** Ends the process at once, as a crash does. */
    public void kill() {
        signal(process.pid(), "KILL");
    }

    public String out() {
        return text(out);
    }

    public String err() {
        return text(err);
    }

    public List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    public static void signal(long pid, String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("kill -" + name + " " + pid + ": " + status);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public Result awaitEnd() {
        return new Result(awaitStatus(), out(), err());
    }

    /** Waits for the end; reads nothing of what was written. */
    public int awaitStatus() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + out());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return process.exitValue();
    }

    private static Path temporary(String suffix) {
        try {
            return Files.createTempFile("latchkey", suffix);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Path file) {
        try {
            // Who reads a pipe may wait for ever.
            return Files.isRegularFile(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
