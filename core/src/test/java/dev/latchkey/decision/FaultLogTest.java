package dev.latchkey.decision;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultLogTest {
    private final ListAppender<ILoggingEvent> shown = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private FaultLog faults;

    @BeforeEach
    void listen() {
        Logger logger = new LoggerContext().getLogger("test");
        shown.start();
        logger.addAppender(shown);
        faults = new FaultLog(logger, "a check failed", nanos::get);
    }

    @Test
    void flood_inOnePeriod_isOneTraceAndThenANumber() {
        for (int i = 0; i <= 1234; i++) {
            faults.report(new IllegalStateException("fault " + i));
        }
        assertThat(texts()).containsExactly("a check failed");
        assertThat(shown.list.get(0).getThrowableProxy().getMessage()).isEqualTo("fault 0");

        pass(12);
        faults.report(new IllegalStateException("later"));

        assertThat(texts())
                .containsExactly("a check failed", "a check failed: and 1234 more in 12 s", "a check failed");
        assertThat(shown.list.get(2).getThrowableProxy().getMessage()).isEqualTo("later");
    }

    @Test
    void faults_farApart_areAllShown() {
        faults.report(new IllegalStateException("first"));
        pass(10);
        faults.report(new IllegalStateException("second"));

        assertThat(shown.list)
                .extracting(event -> event.getThrowableProxy().getMessage())
                .containsExactly("first", "second");
    }

    @Test
    void flood_fromManyThreads_isOneTraceAndCountsEach() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 10_000; i++) {
            threads.execute(() -> faults.report(new IllegalStateException()));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        pass(10);
        faults.report(new IllegalStateException());

        assertThat(texts())
                .containsExactly("a check failed", "a check failed: and 9999 more in 10 s", "a check failed");
    }

    private List<String> texts() {
        return shown.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }
}
