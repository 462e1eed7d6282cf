package dev.latchkey.cli.process;

import ch.qos.logback.classic.ClassicConstants;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An output stream that logs each line written to it as soon as the line ends. In place of {@code System.err}, it
 * prevents a library that prints from waiting for the reader of standard error: the log never waits ({@link LogQueue})
 * and limits the lines of one logger.
 *
 * <p>This class is thread-safe.
 */
public final class LoggedStream extends OutputStream {
    /** The maximum length of a line. Longer lines are logged in parts. */
    private static final int MAX_LINE_BYTES = 8192;

    private final Consumer<String> log;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** @param log the consumer of the lines, without their line ends */
    LoggedStream(Consumer<String> log) {
        this.log = log;
    }

    /**
     * Replaces {@code System.err}, so that text printed to it is logged as warnings of a logger named {@code stderr}.
     * Does nothing if a file configures the log, because the appenders of that file might write to {@code System.err}.
     */
    public static void replaceStandardError() {
        if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) == null) {
            Logger log = LoggerFactory.getLogger("stderr");
            System.setErr(new PrintStream(
                    new LoggedStream(line -> log.warn("{}", line)), /* autoFlush= */ false, StandardCharsets.UTF_8));
        }
    }

    @Override
    public synchronized void write(int b) {
        if (b == '\n') {
            end();
            return;
        }
        line.write(b);
        if (line.size() >= MAX_LINE_BYTES) {
            end();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    private void end() {
        String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
        line.reset();
        if (!text.isEmpty()) {
            log.accept(text);
        }
    }
}
