package dev.latchkey.cli.output;

import java.util.List;

/**
 * Why a command did not do what it was asked to: the status that the process ends with, and what people are told of it. Never
 * holds a secret.
 */
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

    /** Of what was asked for and is not possible or not allowed: exit status 1. */
    public static CommandFailure refused(String message) {
        return new CommandFailure(REFUSED, /* uncertain= */ false, message);
    }

    /** Of a fault of the control plane, so that it is not known whether the call was done: exit status 1. */
    public static CommandFailure failed(String message) {
        return new CommandFailure(REFUSED, /* uncertain= */ true, message);
    }

    /** Of wrong usage or configuration, or a file that cannot be read: exit status 2. */
    public static CommandFailure usage(String message) {
        return new CommandFailure(USAGE, /* uncertain= */ false, message);
    }

    /** Of something that does not answer: exit status 3. */
    public static CommandFailure unreachable(String message) {
        return new CommandFailure(UNREACHABLE, /* uncertain= */ true, message);
    }

    /** Returns this failure with more to be told. */
    public CommandFailure after(String more) {
        return new CommandFailure(status, uncertain, getMessage() + more);
    }

    /** Returns a message with a line for each of {@code details}. */
    public static String report(String heading, List<String> details) {
        return details.isEmpty() ? heading : heading + ":\n  " + String.join("\n  ", details);
    }

    /** Tells whether what was asked for may have been done all the same. */
    public boolean isUncertain() {
        return uncertain;
    }

    public int status() {
        return status;
    }
}
