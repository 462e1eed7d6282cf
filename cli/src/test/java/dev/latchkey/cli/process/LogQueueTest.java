package dev.latchkey.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.latchkey.log.DroppedLines;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of a process whose reader stands still, and of one in which something happens again and again. */
class LogQueueTest {
    private static final Pattern DROPPED = Pattern.compile("([0-9]+) lines? of this log");
    private static final int FLOOD = 5000;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final CountDownLatch read = new CountDownLatch(1);
    private final AtomicLong nanos = new AtomicLong();
    private final LoggerContext context = new LoggerContext();
    private final Logger own = context.getLogger("dev.latchkey.server.Sidecar");
    private final Logger library = context.getLogger("io.grpc.netty.NettyServerTransport");
    private LogQueue queue;

    @BeforeEach
    void start() {
        queue = new LogQueue(new StalledStream(), new LogLine(), new LineLimit(nanos::get));
        queue.setContext(context);
        queue.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.TRACE);
        root.addAppender(queue);
    }

    @AfterEach
    void stop() {
        read.countDown();
        context.stop();
    }

    @Test
    void log_whoseReaderStandsStill_keepsNobodyWaitingAndTellsWhatItDropped() {
        long before = DroppedLines.UNREAD.count();
        for (int i = 0; i < FLOOD; i++) {
            own.debug("line {}", i);
        }
        queue.drain();
        long dropped = DroppedLines.UNREAD.count() - before;
        assertThat(dropped).isBetween(FLOOD - 1026L, FLOOD - 1L);

        read.countDown();

        Awaitility.await().untilAsserted(() -> {
            assertThat(text()).contains("line 0\n", "line 1023\n");
            assertThat(DROPPED.matcher(text())
                            .results()
                            .mapToLong(told -> Long.parseLong(told.group(1)))
                            .sum())
                    .isEqualTo(dropped);
        });
    }

    @Test
    void kind_thatComesAgainAndAgain_isWrittenThirtyTimesInTenSeconds() {
        read.countDown();
        for (int i = 0; i < FLOOD; i++) {
            own.warn("wrong: {}", i);
        }
        own.warn("something else");
        nanos.addAndGet(10_000_000_000L);
        own.warn("wrong: {}", "again");
        queue.drain();

        assertThat(text().lines().filter(line -> line.contains(" wrong: "))).hasSize(31);
        assertThat(text())
                .contains("something else\n")
                .contains("and " + (FLOOD - 30) + " lines like the next were not logged\n")
                .contains("wrong: again\n");
    }

    /** Each message of theirs is another: they hold addresses. */
    @Test
    void library_thatSaysMuch_isOneKindAndShowsOneTrace() {
        read.countDown();
        Exception failure = new IllegalStateException("malformed");
        for (int i = 0; i < FLOOD; i++) {
            library.warn("[id: " + i + "] exception caught", failure);
        }
        queue.drain();

        assertThat(text().lines().filter(line -> line.contains("exception caught")))
                .hasSize(30);
        assertThat(text().lines().filter(line -> line.startsWith("\tat dev.latchkey.cli.process.LogQueueTest.library")))
                .hasSize(1);
        assertThat(text()).contains("[id: 1] exception caught: java.lang.IllegalStateException: malformed\n");
    }

    @Test
    void trace_ofManyLines_isCutOff() {
        read.countDown();
        library.warn("deep", deep(500));
        queue.drain();

        assertThat(text().lines().count()).isLessThan(80);
        assertThat(text()).containsPattern("… [0-9]+ lines more\n$");
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private static Exception deep(int calls) {
        return calls == 0 ? new IllegalStateException() : deep(calls - 1);
    }

    /** Takes nothing until it is read. */
    private final class StalledStream extends OutputStream {
        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) {
            try {
                read.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            written.writeBytes(bytes);
        }
    }
}
