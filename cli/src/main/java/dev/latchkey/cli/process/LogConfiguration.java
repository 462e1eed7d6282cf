package dev.latchkey.cli.process;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The log configuration of the processes: one line per event on standard error, because standard output is for the
 * results of commands. Logback finds this class before it looks for a configuration file. Latchkey has no such file by
 * default, because to read one takes as many classes as the rest of Logback. A file that {@code
 * logback.configurationFile} names takes precedence. No thread that logs waits for the reader of standard error; see
 * {@link LogQueue} for details.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogConfiguration extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        configure(context, System.getenv("LATCHKEY_LOG_LEVEL"));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    static void configure(LoggerContext context, @Nullable String level) {
        // Without this listener, Logback would print its own problems on standard output.
        context.getStatusManager().add(new NopStatusListener());
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(standardError(context));
        context.getLogger("dev.latchkey").setLevel(Level.toLevel(level, Level.INFO));
        silence(context);
    }

    private static void silence(LoggerContext context) {
        // Logs a line every few seconds while Redis is down. Latchkey's own lines say when an outage begins and ends.
        onlyErrors(context, "io.lettuce.core.protocol.ConnectionWatchdog");
        // Log a line or a stack trace for each check in flight when Envoy disconnects or Redis stops answering. Metrics
        // count these events.
        onlyErrors(context, "io.grpc.netty.NettyServerHandler");
        onlyErrors(context, "io.lettuce.core.protocol.DefaultEndpoint");
        // Logs a stack trace for each connection to the control plane that is plain text or fails in its TLS handshake.
        onlyErrors(context, "com.linecorp.armeria.server.HttpServerPipelineConfigurator");
        // Logs a warning for each connection over a Unix socket, because such a connection has no TCP keep-alive.
        onlyErrors(context, "io.netty.bootstrap.ServerBootstrap");
        // Logs a stack trace at the end of a process, when the timeout of a connection attempt to Redis fires but its
        // thread is gone.
        context.getLogger("io.netty.util.concurrent.DefaultPromise.rejectedExecution")
                .setLevel(Level.OFF);
    }

    private static void onlyErrors(LoggerContext context, String logger) {
        context.getLogger(logger).setLevel(Level.ERROR);
    }

    private static LogQueue standardError(LoggerContext context) {
        LogLine layout = new LogLine();
        layout.setContext(context);
        layout.start();
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        LogQueue queue = new LogQueue(err, layout, new LineLimit(System::nanoTime)).forProcess();
        queue.setContext(context);
        queue.start();
        return queue;
    }
}
