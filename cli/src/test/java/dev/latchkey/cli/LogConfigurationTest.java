package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the processes log. A caller must not be able to fill a disk: what happens once a check is no log line. */
class LogConfigurationTest {
    private final LoggerContext context = configured();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.grpc.netty.NettyServerHandler",
                "io.lettuce.core.protocol.DefaultEndpoint",
                "io.lettuce.core.protocol.ConnectionWatchdog",
                "io.netty.bootstrap.ServerBootstrap"
            })
    void library_thatWarnsOfEachRequestOrConnection_isSilent(String logger) {
        assertThat(context.getLogger(logger).isWarnEnabled()).isFalse();
        assertThat(context.getLogger(logger).isErrorEnabled()).isTrue();
    }

    @Test
    void ownMessages_areShown() {
        assertThat(context.getLogger("dev.latchkey.server.Sidecar").isInfoEnabled())
                .isTrue();
        assertThat(context.getLogger("dev.latchkey.server.Sidecar").isDebugEnabled())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"DEBUG, DEBUG", "warn, WARN", "loud, INFO", ", INFO"})
    void ownMessages_haveTheLevelThatIsAskedFor_orElseInfo(String asked, String level) {
        LogConfiguration.configure(context, asked);

        assertThat(context.getLogger("dev.latchkey").getLevel()).hasToString(level);
    }

    private static LoggerContext configured() {
        LoggerContext context = new LoggerContext();
        LogConfiguration.configure(context, null);
        return context;
    }
}
