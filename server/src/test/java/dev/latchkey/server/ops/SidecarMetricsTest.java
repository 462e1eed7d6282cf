package dev.latchkey.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SidecarMetricsTest {
    private static final Decision DENIED = Decision.Deny.of(Reason.PATH_NOT_CANONICAL);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void decided_isCountedAndTheLongestShown() {
        try (SidecarMetrics metrics = new SidecarMetrics()) {
            metrics.decided(DENIED, SECOND);

            assertThat(metrics.scrape())
                    .contains("latchkey_check_duration_seconds_count 1\n")
                    .contains("latchkey_check_duration_seconds_max 1.0\n");
        }
    }

    @Test
    void rehearsal_whatIsForgottenAfterMinutes_isForgottenInMoments() {
        try (SidecarMetrics metrics = SidecarMetrics.rehearsal()) {
            metrics.decided(DENIED, SECOND);

            Awaitility.await().until(() -> metrics.scrape().contains("latchkey_check_duration_seconds_max 0.0\n"));
        }
    }
}
