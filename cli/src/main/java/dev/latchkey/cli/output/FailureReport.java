package dev.latchkey.cli.output;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** A handler that reports on standard error why a command failed, without secrets, and chooses the exit status. */
public final class FailureReport implements IParameterExceptionHandler, IExecutionExceptionHandler {
    public static final String DEBUG = "LATCHKEY_DEBUG";

    private final boolean debug;

    /** @param variables the environment variables; {@code LATCHKEY_DEBUG}, if not empty, turns on stack traces */
    public FailureReport(Map<String, String> variables) {
        this.debug = !variables.getOrDefault(DEBUG, "").isEmpty();
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        UnmatchedArgumentException unmatched = unmatched(e);
        if (unmatched == null) {
            print(err, message(e));
        } else {
            print(err, message(unmatched));
            UnmatchedArgumentException.printSuggestions(unmatched, err);
        }
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return CommandFailure.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        return handle(e, command.getErr());
    }

    /** Reports {@code failure} and returns the exit status. */
    public int handle(Throwable failure, PrintWriter err) {
        if (failure instanceof CommandFailure expected) {
            print(err, String.valueOf(expected.getMessage()));
            return expected.status();
        }
        String hint = debug ? "" : "; " + DEBUG + "=1 shows where";
        print(err, "internal error: " + TerminalText.line(failure.toString()) + hint);
        if (debug) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            err.print(TerminalText.withoutSecrets(trace.toString()));
            err.flush();
        }
        return CommandFailure.REFUSED;
    }

    /**
     * Returns the unmatched arguments; null if there are none. They are reported before a missing option, because a
     * misspelt option might be the very option that is missing.
     */
    private static @Nullable UnmatchedArgumentException unmatched(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            return unmatched;
        }
        List<String> arguments = e.getCommandLine().getUnmatchedArguments();
        return arguments.isEmpty() ? null : new UnmatchedArgumentException(e.getCommandLine(), arguments);
    }

    private static String message(ParameterException e) {
        String message = TerminalText.line(String.valueOf(e.getMessage())).replaceFirst("^Error: ", "");
        return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }

    /**
     * Returns a message that names an unknown option without its value and without the arguments after it, because
     * {@code --token SECRET} is a likely mistake.
     */
    private static String message(UnmatchedArgumentException e) {
        String first = TerminalText.line(e.getUnmatched().get(0));
        return first.startsWith("-")
                ? "unknown option " + first.replaceFirst("=.*", "")
                : "unexpected argument " + first;
    }

    private static void print(PrintWriter err, String message) {
        err.println(TerminalText.withoutSecrets("latchkey: " + message));
    }
}
