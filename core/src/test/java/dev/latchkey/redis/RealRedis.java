package dev.latchkey.redis;

import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis server for tests, on a free loopback port: started before the class, emptied before each test, stopped
 * after the class. It can be killed, stopped and continued by signal, and restarted on the same port. With the system
 * property {@code latchkey.redis=valkey} it is Valkey.
 */
public final class RealRedis implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    private static final boolean VALKEY = "valkey".equals(System.getProperty("latchkey.redis"));
    private static @Nullable String executable;

    private final String login;
    private final List<String> settings;
    private final Map<String, String> variables;
    private final int port = freePort();
    private @Nullable Process process;
    private @Nullable RedisClient client;
    private @Nullable StatefulRedisConnection<String, String> connection;

    /** @param settings further arguments of {@code redis-server}, such as {@code --maxmemory}, {@code 4mb} */
    public RealRedis(String... settings) {
        this("", Map.of(), settings);
    }

    private RealRedis(String login, Map<String, String> variables, String... settings) {
        this.login = login;
        this.variables = variables;
        this.settings = List.of(settings);
    }

    /** Returns one whose process has more environment variables. */
    public static RealRedis with(Map<String, String> variables, String... settings) {
        return new RealRedis("", variables, settings);
    }

    /** Returns one whose default user lets nobody in: commands of this class are those of {@code user}. */
    public static RealRedis as(String user, String password, String... settings) {
        return new RealRedis(user + ":" + password + "@", Map.of(), settings);
    }

    /** Starts the server and waits until it answers. */
    public void start() {
        launch();
        awaitAnswer();
    }

    /** Starts the server with still more settings, and does not wait. */
    public void launch(String... more) {
        try {
            List<String> command = new ArrayList<>(
                    List.of(executable(), "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
            command.addAll(settings);
            command.addAll(List.of(more));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(variables);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server does not start", e);
        }
    }

    /** Waits until a server that was launched answers. */
    public void awaitAnswer() {
        RedisClient dialled = RedisClient.create("redis://" + login + "127.0.0.1:" + port);
        client = dialled;
        connection = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(dialled::connect, c -> c.sync().ping() != null);
    }

    /** Makes a user, or gives it this password and these rules and no others, from the next command on. */
    public void setUser(String name, String password, List<String> rules) {
        List<String> arguments = new ArrayList<>(List.of("SETUSER", name, "reset", "on", ">" + password));
        arguments.addAll(rules);
        commands()
                .dispatch(
                        CommandType.ACL,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).addValues(arguments));
    }

    /** Kills the server as {@code kill -9} does; {@link #start} brings it back, empty. */
    public void kill() throws InterruptedException {
        closeClient();
        Process running = process();
        running.destroyForcibly();
        if (!running.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("redis-server " + running.pid() + " outlives SIGKILL");
        }
    }

    /** Stops the server as {@code kill -STOP} does: its sockets stay open and nothing answers. */
    public void pause() {
        signal("STOP");
    }

    /** Lets a stopped server go on. */
    public void resume() {
        signal("CONT");
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Returns commands of the default user, blocking. */
    public RedisCommands<String, String> commands() {
        return connection().sync();
    }

    /** As {@link #commands}, without waiting; of the same connection. */
    public RedisAsyncCommands<String, String> async() {
        return connection().async();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!process().isAlive()) {
            start();
        }
        commands().flushall();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        kill();
    }

    private void closeClient() {
        RedisClient current = client;
        if (current != null) {
            current.shutdown(0, 1, TimeUnit.SECONDS);
            client = null;
            connection = null;
        }
    }

    private void signal(String name) {
        try {
            int exit = new ProcessBuilder(
                            "kill", "-" + name, Long.toString(process().pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " failed: " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private StatefulRedisConnection<String, String> connection() {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        return current;
    }

    private Process process() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        return current;
    }

    /** Returns the Redis that comes with the build, or the one that the build is told to use instead. */
    private static synchronized String executable() throws IOException {
        if (executable == null) {
            executable = VALKEY
                    ? output("../core/src/test/scripts/get-valkey")
                    : RedisExecProvider.defaultProvider().get().getPath();
        }
        return executable;
    }

    /** Stores a record as its writer does: what was there is gone. */
    public void store(IndexSchema schema, KeyDigest digest, KeyRecord key) {
        commands().del(schema.key(digest));
        commands().hset(schema.key(digest), IndexSchema.encode(key));
    }

    /** Stores a record as its writer does. */
    public void store(IndexSchema schema, WorkspaceRecord workspace) {
        commands().hset(schema.workspace(workspace.id()), IndexSchema.encode(workspace));
    }

    private static String output(String script) throws IOException {
        Process process = new ProcessBuilder(script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (path.isEmpty()) {
            throw new IOException(script + " finds none");
        }
        return path;
    }

    /**
     * Returns a free port that the system does not hand out to outgoing connections, of which one could take it
     * meanwhile.
     */
    public static int freePort() {
        for (int i = 0; i < 200; i++) {
            int port = ThreadLocalRandom.current().nextInt(10_500, 20_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // Another one.
            }
        }
        throw new IllegalStateException("no free port");
    }
}
