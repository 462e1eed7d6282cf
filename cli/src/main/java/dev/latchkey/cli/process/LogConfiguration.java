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
 * What the processes log: one line an event, on standard error, since standard output belongs to the results of commands. Found by
 * Logback itself, before it looks for a file: to read one takes as many classes as all of the rest of it. A file that {@code
 * logback.configurationFile} names is taken all the same. No thread that logs waits for whoever reads it, see {@link LogQueue}.
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
        // Else Logback would print its own troubles on standard output.
        context.getStatusManager().add(new NopStatusListener());
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(standardError(context));
        context.getLogger("dev.latchkey").setLevel(Level.toLevel(level, Level.INFO));
        silence(context);
    }

    private static void silence(LoggerContext context) {
        // A line every few seconds while Redis is down; our own say when that begins and ends.
        onlyErrors(context, "io.lettuce.core.protocol.ConnectionWatchdog");
        // One line, or a stack trace, for each check under way when Envoy goes away or Redis is silent: metrics count
        // those.
        onlyErrors(context, "io.grpc.netty.NettyServerHandler");
        onlyErrors(context, "io.lettuce.core.protocol.DefaultEndpoint");
        // A stack trace for each connection to the control plane that fails in its TLS handshake, or speaks plain text.
        onlyErrors(context, "com.linecorp.armeria.server.HttpServerPipelineConfigurator");
        // Warns for each connection over a Unix socket that it has no TCP keep-alive.
        onlyErrors(context, "io.netty.bootstrap.ServerBootstrap");
        // A trace at the end of a process: the time limit of an attempt to reach Redis finds its thread gone.
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
