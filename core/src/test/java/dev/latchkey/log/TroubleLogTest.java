package dev.latchkey.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TroubleLogTest {
    private final AtomicLong nanos = new AtomicLong();
    private final TroubleLog troubles = new TroubleLog(nanos::get);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(TroubleLog.class);

    @BeforeEach
    void listen() {
        logger.setLevel(ch.qos.logback.classic.Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(lines);
        lines.start();
    }

    @AfterEach
    void restore() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    void wrong_toldAgainAndAgain_isSaidOnceAndItsEndOnce() {
        for (int i = 0; i < 1000; i++) {
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            troubles.wrong("link", "refused");
        }
        troubles.right("link", "connected");
        troubles.right("link", "connected");

        assertThat(said()).containsExactly("WARN refused", "INFO connected");
    }

    @Test
    void works_severalOfOnePart_isSaidAtTheStartAndAfterEachTrouble() {
        troubles.works("link", "connected");
        troubles.works("link", "connected");
        troubles.wrong("link", "refused");
        troubles.wrong("link", "refused");
        troubles.works("link", "connected");
        troubles.works("link", "connected");

        assertThat(said()).containsExactly("INFO connected", "WARN refused", "INFO connected");
    }

    @Test
    void works_afterTroubleAtTheStart_isSaidOnce() {
        troubles.wrong("link", "refused");
        troubles.works("link", "connected");
        troubles.works("link", "connected");

        assertThat(said()).containsExactly("WARN refused", "INFO connected");
    }

    @Test
    void wrong_oneCauseMetByTwoParts_isSaidOnce() {
        troubles.wrong("reconciler", "loading");
        troubles.wrong("announcements", "loading");
        troubles.right("announcements", "announced");
        troubles.right("reconciler", "carried");

        assertThat(said()).containsExactly("WARN loading", "INFO carried");
    }

    @Test
    void wrong_anotherCause_isSaidAsWell() {
        troubles.wrong("link", "refused");
        troubles.wrong("link", "loading");
        troubles.right("link", "connected");

        assertThat(said()).containsExactly("WARN refused", "WARN loading", "INFO connected");
    }

    @Test
    void wrong_comesAndGoesAllTheTime_isSaidEveryTenSecondsAtMost() {
        for (int i = 0; i < 300; i++) {
            troubles.wrong("link", "refused");
            troubles.wrong("link", "timeout");
            troubles.right("link", "connected");
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        }

        assertThat(said()).hasSize(9);
    }

    @Test
    void wrong_againSoonAfterItsEnd_isSaidLateRatherThanNever() {
        troubles.wrong("link", "refused");
        troubles.right("link", "connected");
        troubles.wrong("link", "refused");
        assertThat(said()).hasSize(2);

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        troubles.wrong("link", "refused");

        assertThat(said()).containsExactly("WARN refused", "INFO connected", "WARN refused");
    }

    private List<String> said() {
        return lines.list.stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .toList();
    }
}
