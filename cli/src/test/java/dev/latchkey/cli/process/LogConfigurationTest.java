package dev.latchkey.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.status.NopStatusListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

/** What the processes log. A caller must not be able to fill a disk: what happens once a check is no log line. */
class LogConfigurationTest {
    private final LoggerContext context = configured();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.grpc.netty.NettyServerHandler",
                "io.lettuce.core.protocol.DefaultEndpoint",
                "io.lettuce.core.protocol.ConnectionWatchdog",
                "io.netty.bootstrap.ServerBootstrap",
                "com.linecorp.armeria.server.HttpServerPipelineConfigurator"
            })
    void library_thatWarnsOfEachRequestOrConnection_isSilent(String logger) {
        assertThat(context.getLogger(logger).isWarnEnabled()).isFalse();
        assertThat(context.getLogger(logger).isErrorEnabled()).isTrue();
    }

    @Test
    void everything_goesToStandardError_andLogbacksOwnTroublesNowhere() {
        assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr"))
                .isInstanceOf(LogQueue.class);
        assertThat(context.getStatusManager().getCopyOfStatusListenerList())
                .singleElement()
                .isInstanceOf(NopStatusListener.class);
        assertThat(context.getLogger("io.netty.util.concurrent.DefaultPromise.rejectedExecution")
                        .isErrorEnabled())
                .isFalse();
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
