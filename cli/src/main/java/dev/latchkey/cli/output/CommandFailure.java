package dev.latchkey.cli.output;

import java.util.List;

/** The failure of a command: its exit status and its message for people. The message never holds a secret. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Exit status: refused, not found, denied, or problems found. */
    public static final int REFUSED = 1;
    /** Exit status: wrong usage or configuration, or a file that cannot be read. */
    public static final int USAGE = 2;
    /** Exit status: the control plane cannot be reached. */
    public static final int UNREACHABLE = 3;

    private final int status;
    private final boolean uncertain;

    private CommandFailure(int status, boolean uncertain, String message) {
        super(message);
        this.status = status;
        this.uncertain = uncertain;
    }

    /** Returns a failure (exit status 1) of a request that is not possible or not allowed. */
    public static CommandFailure refused(String message) {
        return new CommandFailure(REFUSED, /* uncertain= */ false, message);
    }

    /** Returns a failure (exit status 1) caused by a fault of the control plane. The call might have taken effect. */
    public static CommandFailure failed(String message) {
        return new CommandFailure(REFUSED, /* uncertain= */ true, message);
    }

    /** Returns a failure (exit status 2) caused by wrong usage or configuration, or by a file that cannot be read. */
    public static CommandFailure usage(String message) {
        return new CommandFailure(USAGE, /* uncertain= */ false, message);
    }

    /** Returns a failure (exit status 3) to get an answer from the control plane. The call might have taken effect. */
    public static CommandFailure unreachable(String message) {
        return new CommandFailure(UNREACHABLE, /* uncertain= */ true, message);
    }

    /** Returns this failure with {@code more} appended to its message. */
    public CommandFailure after(String more) {
        return new CommandFailure(status, uncertain, getMessage() + more);
    }

    /** Returns a message with the heading on its first line and a line for each of {@code details}. */
    public static String report(String heading, List<String> details) {
        return details.isEmpty() ? heading : heading + ":\n  " + String.join("\n  ", details);
    }

    /** Returns whether the requested change might have taken effect despite the failure. */
    public boolean isUncertain() {
        return uncertain;
    }

    public int status() {
        return status;
    }
}
