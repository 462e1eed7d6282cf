package dev.latchkey.cli.output;

import java.util.regex.Pattern;

/** Finds in a failure of the network what people can do something about. */
public final class Causes {
    /** Netty names the system call, and quotes what it has read in hexadecimal. */
    private static final Pattern SYSTEM_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    private static final Pattern HEX = Pattern.compile("(?::|\\. Hex dump[^:]*:) *[0-9a-f]{8,}$");

    private Causes() {}

    /** Returns what the innermost cause of {@code failure} says. */
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
