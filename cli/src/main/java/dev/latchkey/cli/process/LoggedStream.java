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
 * Logs what is written to it, a line as soon as it ends. In place of {@code System.err} it keeps a library that prints from waiting
 * for the reader of standard error: the log waits for nobody ({@link LogQueue}), and bounds what one logger may say.
 *
 * <p>This class is thread-safe.
 */
public final class LoggedStream extends OutputStream {
    /** Beyond that a line is logged in parts. */
    private static final int MAX_LINE_BYTES = 8192;

    private final Consumer<String> log;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** @param log takes lines, without their ends */
    LoggedStream(Consumer<String> log) {
        this.log = log;
    }

    /**
     * Has everything that this process prints to {@code System.err} logged instead, as warnings of a logger named {@code stderr}. Does
     * nothing if a file configures the log: its appenders may themselves write to {@code System.err}.
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
