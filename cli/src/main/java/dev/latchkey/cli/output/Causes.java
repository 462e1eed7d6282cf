package dev.latchkey.cli.output;

import java.util.regex.Pattern;

/** Extracts the root cause of a network failure as a message that people can act on. */
public final class Causes {
    /**
     * The prefix of Netty's messages that names the system call. Netty also appends the bytes that it has read, in hex.
     */
    private static final Pattern SYSTEM_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    private static final Pattern HEX = Pattern.compile("(?::|\\. Hex dump[^:]*:) *[0-9a-f]{8,}$");

    private Causes() {}

    /**
     * Returns the message of the innermost cause of {@code failure}, without Netty's details; or the name of its class
     * if it has no message.
     */
    public static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        if (message == null || message.isEmpty()) {
            return root.getClass().getSimpleName();
        }
        return HEX.matcher(SYSTEM_CALL.matcher(message).replaceFirst("")).replaceFirst("");
    }
}
