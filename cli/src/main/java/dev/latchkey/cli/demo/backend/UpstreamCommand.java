package dev.latchkey.cli.demo.backend;

import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.lifecycle.Binding;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The {@code latchkey demo-upstream} command for docker-compose.yml. It runs the sample backend of the demo in a
 * process of its own.
 */
@Command(
        name = "demo-upstream",
        hidden = true,
        description = "Run a sample backend, which answers each request with what it got.")
public final class UpstreamCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(UpstreamCommand.class);
    private static final String LISTEN = "--listen";

    private final Surroundings surroundings;

    @Option(
            names = LISTEN,
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8080",
            description = "Where it listens (default: ${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "live",
            description = "What it calls itself (default: ${DEFAULT-VALUE}).")
    private String name = "";

    public UpstreamCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        surroundings.termination().catchSignals();
        try (EchoUpstream upstream = start()) {
            log.info("sample backend '{}' on port {}", name, upstream.port());
            surroundings.termination().await();
        }
        return 0;
    }

    private EchoUpstream start() {
        try {
            return Binding.ofTcp(LISTEN, ListenAddress.parse(listen), address -> new EchoUpstream(name, address));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(LISTEN + ": " + e.getMessage());
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }
}
