package dev.latchkey.control.api.gate;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.control.api.gate.Refusals.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalsTest {
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Refusals refusals = new Refusals(metrics, nanos::get);
    private final Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
    }

    @Test
    void note_many_countsAllAndLogsSome() {
        for (int i = 0; i < 25; i++) {
            refusals.note(Kind.WORKSPACE, "mia (manager of ws_1)", "KeyService/GetKey", "ws_2");
        }
        refusals.note(Kind.ROLE, "rob (reader of ws_1)", "KeyService/CreateKey", "");

        assertThat(lines()).hasSize(21);
        assertThat(lines().get(0))
                .isEqualTo(
                        "refused for the workspace: KeyService/GetKey by mia (manager of ws_1) with workspace \"ws_2\"");
        assertThat(lines().get(20)).isEqualTo("refused for the role: KeyService/CreateKey by rob (reader of ws_1)");

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        refusals.note(Kind.WORKSPACE, "mia (manager of ws_1)", "KeyService/GetKey", "ws_2");

        assertThat(lines()).hasSize(23);
        assertThat(lines().get(21)).isEqualTo("refused for the workspace: 5 calls more");
        assertThat(metrics.get("latchkey.control.refused")
                        .tag("reason", "workspace")
                        .counter()
                        .count())
                .isEqualTo(26);
        assertThat(metrics.get("latchkey.control.refused")
                        .tag("reason", "role")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(metrics.get("latchkey.control.refused")
                        .tag("reason", "token")
                        .counter()
                        .count())
                .isZero();
    }

    @Test
    void note_keyOrLineBreakForAWorkspace_isNotLogged() {
        String secret = "opt_live_0000000000000000000000000000000046uziL";

        refusals.note(Kind.WORKSPACE, "mia (manager of ws_1)", "KeyService/GetKey", secret);
        refusals.note(Kind.WORKSPACE, "mia (manager of ws_1)", "KeyService/GetKey", "a\nb");

        assertThat(lines()).hasSize(2).noneMatch(line -> line.contains(secret) || line.contains("\n"));
    }

    private List<String> lines() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
