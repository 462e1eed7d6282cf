package dev.latchkey.control.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ErrorMappingTest {
    private final Logger log = (Logger) LoggerFactory.getLogger(ErrorMapping.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        log.addAppender(logged);
        log.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(logged);
        log.setAdditive(true);
    }

    @Test
    void statusOf_unexpectedFailure_isInternalWithAnIncidentOfTheLogAndNothingElse() {
        StatusRuntimeException status = ErrorMapping.statusOf(new IllegalStateException("inner detail"));

        assertThat(status.getStatus().getCode()).isEqualTo(Code.INTERNAL);
        assertThat(status.getStatus().getCause()).isNull();
        assertThat(status.getStatus().getDescription()).doesNotContain("inner detail", "Exception");
        ILoggingEvent event = logged.list.get(0);
        String incident = String.valueOf(event.getArgumentArray()[0]);
        assertThat(status.getStatus().getDescription()).endsWith("under incident " + incident);
        assertThat(event.getThrowableProxy().getMessage()).isEqualTo("inner detail");
    }
}
