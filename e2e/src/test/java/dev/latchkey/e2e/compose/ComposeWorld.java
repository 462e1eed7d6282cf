package dev.latchkey.e2e.compose;

import dev.latchkey.cli.demo.EnvoyProcess;
import dev.latchkey.cli.demo.Ports;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.Shell;
import dev.latchkey.e2e.World;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * The processes of {@code docker-compose.yml}, without the containers: each is started by the command, the variables,
 * the secrets and the mounted files that the file gives it, after those that it depends on, and waited for by its own
 * health check. Only addresses and paths are others: a container's name and port is a free port on loopback here, and
 * its path the file that would be mounted there.
 */
final class ComposeWorld implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ComposeFile compose = ComposeFile.read();
    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final Map<String, CommandProcess> commands = new LinkedHashMap<>();
    private final Closing made = new Closing();
    private final Path folder;
    private final Path secrets;
    private RealRedis redis;

    ComposeWorld(Path folder) throws Exception {
        this.folder = folder;
        for (int port : List.of(10_000, 9901, 9191, 9192, 9193, 9194, 8080, 8081)) {
            ports.put(port, Ports.any());
        }
        secrets = ComposeFileTest.makeSecrets(folder);
        try {
            for (ComposeFile.Service service : compose.services()) {
                if (service.list("profiles").isEmpty()) {
                    start(service);
                }
            }
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    ComposeFile compose() {
        return compose;
    }

    /** Returns the port here for the one in the file. */
    int port(int inContainer) {
        return ports.get(inContainer);
    }

    RealRedis redis() {
        return redis;
    }

    String secret(String name) throws IOException {
        return Files.readString(secrets.resolve(name)).strip();
    }

    CommandProcess command(String service) {
        return commands.get(service);
    }

    /** Runs the command line as {@code docker compose run --rm cli …} does. */
    CommandProcess.Result cli(String... arguments) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        compose.service("cli").environment().forEach((name, value) -> variables.put(name, local(value)));
        variables.put("LATCHKEY_TOKEN", secret("token"));
        return CommandProcess.run(variables, arguments);
    }

    boolean healthy(String service) {
        List<String> check =
                compose.service(service).healthCheck().stream().map(this::local).toList();
        return Shell.run(check).status() == 0;
    }

    private void start(ComposeFile.Service service) throws Exception {
        if (commands.containsKey(service.name()) || (service.name().equals("redis") && redis != null)) {
            return;
        }
        for (String other : service.dependsOn().keySet()) {
            start(compose.service(other));
        }
        switch (service.name()) {
            case "redis" -> startRedis(service);
            case "envoy" -> startEnvoy(service);
            default -> startCommand(service);
        }
        if (!service.name().equals("redis")) {
            Awaitility.await(service.name()).atMost(PATIENCE).until(() -> healthy(service.name()));
        }
    }

    /** Its health check needs redis-cli, which not every machine has: {@link ComposeIT} sends the same PING. */
    private void startRedis(ComposeFile.Service service) throws IOException {
        List<String> flags = new ArrayList<>();
        for (String word :
                service.list("command").subList(1, service.list("command").size())) {
            flags.add(path(service, word));
        }
        flags.addAll(List.of(
                "--dir", Files.createDirectory(folder.resolve("redis-data")).toString()));
        redis = RealRedis.as("health", "any", flags.toArray(String[]::new));
        ports.put(6379, redis.port());
        redis.start();
        made.add(redis::kill);
        for (String file : List.of("sidecar-redis-uri", "control-redis-uri")) {
            rewrite(secrets.resolve(file), local(secret(file)));
        }
    }

    private void startCommand(ComposeFile.Service service) {
        Map<String, String> variables = new TreeMap<>();
        service.environment().forEach((name, value) -> variables.put(name, path(service, local(value))));
        CommandProcess process = CommandProcess.start(
                variables, service.list("command").stream().map(this::local).toArray(String[]::new));
        made.add(process);
        commands.put(service.name(), process);
    }

    /** The same shell line and the same script, to which the addresses of this machine are added. */
    private void startEnvoy(ComposeFile.Service service) throws IOException, InterruptedException {
        Path script = folder.resolve("compose.sed");
        String original = Files.readString(World.HOME.resolve(service.mounts().get("/envoy/compose.sed")));
        StringBuilder more = new StringBuilder(original);
        ports.forEach((inContainer, here) -> more.append("s/address: [0-9a-z.-]*, port_value: ")
                .append(inContainer)
                .append(" /address: 127.0.0.1, port_value:  ")
                .append(here)
                .append(" /\n"));
        Files.writeString(script, more);
        String version = service.text("image").replaceFirst(".*:v", "");
        Path binaries = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(binaries.resolve("envoy"), EnvoyProcess.find(World.HOME, version));
        List<String> command = service.list("entrypoint").stream()
                .map(word -> word.replace("$$", "$")
                        .replace("/envoy/compose.sed", script.toString())
                        .replace("/envoy/envoy.yaml", path(service, "/envoy/envoy.yaml")))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("envoy.log").toFile());
        builder.environment().merge("PATH", binaries.toString(), (path, first) -> first + ":" + path);
        Process envoy = builder.start();
        made.add(() -> {
            envoy.destroyForcibly();
            envoy.waitFor();
        });
    }

    private String path(ComposeFile.Service service, String inContainer) {
        if (inContainer.startsWith("/run/secrets/")) {
            return secrets.resolve(inContainer.substring("/run/secrets/".length()))
                    .toString();
        }
        String outside = service.mounts().get(inContainer);
        return outside == null ? inContainer : World.HOME.resolve(outside).toString();
    }

    /** Puts the port of this machine for {@code host:port}, and for bash's {@code /dev/tcp/host/port}. */
    private String local(String text) {
        String local = text;
        for (Map.Entry<Integer, Integer> port : ports.entrySet()) {
            local = local.replaceAll(
                    "(//|@|/tcp/|^)[0-9a-z.-]+([:/])" + port.getKey() + "\\b", "$1127.0.0.1$2" + port.getValue());
        }
        return local;
    }

    private static void rewrite(Path file, String text) throws IOException {
        Files.delete(file);
        Files.writeString(file, text + "\n");
    }

    @Override
    public void close() {
        made.close();
    }
}
