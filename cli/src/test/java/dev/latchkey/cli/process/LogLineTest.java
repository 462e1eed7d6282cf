package dev.latchkey.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLineTest {
    private static final Logger LOGGER = new LoggerContext().getLogger("dev.latchkey.server.Sidecar");

    @Test
    void line_hasTimeLevelClassAndMessage() {
        assertThat(line(Level.INFO, "answering checks", null))
                .isEqualTo("2026-11-28T23:05:01.007Z INFO  Sidecar answering checks" + System.lineSeparator());
        assertThat(line(Level.ERROR, "{} \u00e9", null)).contains("Z ERROR Sidecar {} \u00e9");
    }

    @Test
    void line_ofAMessageWithLineBreaks_isOne() {
        assertThat(line(Level.WARN, "a\r\n2026-11-28T23:05:01.007Z INFO  Sidecar forged\n\rb\n", null)
                        .strip())
                .isEqualTo("2026-11-28T23:05:01.007Z WARN  Sidecar a 2026-11-28T23:05:01.007Z INFO  Sidecar forged b");
    }

    @Test
    void line_ofAFailure_isFollowedByTheTraceAndItsCause() {
        assertThat(line(Level.WARN, "no", new IllegalStateException("outer", new RuntimeException("inner")))
                        .lines())
                .startsWith("2026-11-28T23:05:01.007Z WARN  Sidecar no", "java.lang.IllegalStateException: outer")
                .anyMatch(line -> line.startsWith("\tat dev.latchkey.cli.process.LogLineTest."))
                .contains("Caused by: java.lang.RuntimeException: inner");
    }

    private static String line(Level level, String message, @Nullable Throwable thrown) {
        LoggingEvent event = new LoggingEvent("test", LOGGER, level, message, thrown, null);
        event.setInstant(Instant.parse("2026-11-28T23:05:01.007Z"));
        return new LogLine().doLayout(event);
    }
}
