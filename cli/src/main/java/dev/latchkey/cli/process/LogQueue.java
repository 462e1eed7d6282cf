package dev.latchkey.cli.process;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.latchkey.log.DroppedLines;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An appender that writes the log on a thread of its own; only this thread waits for the reader of the log. A thread
 * that logs never waits. When the queue is full, lines are dropped and counted ({@link DroppedLines}). The next line
 * that can be written is preceded by a note about the dropped lines.
 *
 * <p>This class is thread-safe.
 */
public final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final int MAX_LINES = 1024;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static volatile @Nullable LogQueue ofProcess;

    private final OutputStream out;
    private final LogLine layout;
    private final LineLimit limit;
    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(MAX_LINES);
    /** The number of lines that are in the queue or being written. */
    private final AtomicInteger open = new AtomicInteger();

    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer = new Thread(this::write, "latchkey-log");

    private record Line(ILoggingEvent event, LineLimit.Share share) {}

    /** @param out written to by this queue only */
    LogQueue(OutputStream out, LogLine layout, LineLimit limit) {
        this.out = out;
        this.layout = layout;
        this.limit = limit;
        setName("stderr");
        writer.setDaemon(true);
    }

    /** Makes this queue the log of the process, which {@link #drainAll} drains. */
    LogQueue forProcess() {
        ofProcess = this;
        return this;
    }

    /**
     * Waits until all lines that this process has logged are written, but at most one second, because the reader might
     * have stopped reading.
     */
    public static void drainAll() {
        LogQueue queue = ofProcess;
        if (queue != null) {
            queue.drain();
        }
    }

    @Override
    public void start() {
        writer.start();
        super.start();
    }

    @Override
    public void stop() {
        super.stop();
        drain();
        writer.interrupt();
    }

    @Override
    protected void append(ILoggingEvent event) {
        LineLimit.Share share = limit.take(event);
        if (!share.line()) {
            DroppedLines.LIMIT.add();
            return;
        }
        event.getFormattedMessage(); // formats and caches the message now, because an argument might change later
        open.incrementAndGet();
        if (!lines.offer(new Line(event, share))) {
            open.decrementAndGet();
            dropped.incrementAndGet();
            DroppedLines.UNREAD.add();
        }
    }

    void drain() {
        long end = System.nanoTime() + DRAIN_NANOS;
        while (open.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void write() {
        try {
            while (true) {
                Line line = lines.take();
                write(line);
                open.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stop() ends this thread
        }
    }

    private void write(Line line) {
        try {
            String text = layout.render(line.event, line.share.trace(), line.share.hidden());
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                text = layout.note(line.event, lost + " lines of this log were dropped: they were not read in time")
                        + text;
            }
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException e) {
            DroppedLines.UNREAD.add(); // the log itself has failed, so that only the counter can tell
        }
    }
}
