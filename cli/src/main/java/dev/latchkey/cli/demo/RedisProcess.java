package dev.latchkey.cli.demo;

import dev.latchkey.redis.health.RedisUsers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis for the demo, without persistence. Its ACL users for the sidecar and the control plane have the minimum
 * permissions. The sidecar's user can read the public records and record last uses, but cannot write a key.
 */
public final class RedisProcess implements AutoCloseable {
    private static final String PREFIX = "latchkey:";

    private final int port;
    private final Passwords passwords;
    private final ChildProcess process;

    /** The passwords of the default user, the sidecar's user and the control plane's user. */
    public record Passwords(String operator, String sidecar, String control) {
        @Override
        public String toString() {
            return "Passwords[…]";
        }
    }

    /**
     * Starts Redis and waits until it answers.
     *
     * @param folder the folder for the binary, the ACL file and the log
     */
    public RedisProcess(int port, Passwords passwords, Path folder) throws IOException, InterruptedException {
        this.port = port;
        this.passwords = passwords;
        List<String> command = new ArrayList<>(List.of(unpack(folder).toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--dir"));
        command.addAll(List.of(folder.toString(), "--aclfile", writeAcl(folder).toString()));
        this.process = new ChildProcess("redis-server", command, folder.resolve("redis.log"));
        try {
            process.awaitReady(this::answers);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Runs {@code then} with a message for people if Redis ends by itself. */
    void onEnd(Consumer<String> then) {
        process.onEnd(then);
    }

    /** Returns the URI for the default user, which has all permissions. */
    public String operatorUri() {
        return uri("default", passwords.operator());
    }

    public String sidecarUri() {
        return uri("sidecar", passwords.sidecar());
    }

    public String controlUri() {
        return uri("control", passwords.control());
    }

    @Override
    public void close() {
        process.close();
    }

    private String uri(String user, String password) {
        return "redis://" + user + ":" + password + "@127.0.0.1:" + port;
    }

    /**
     * Unpacks the Redis binary into {@code folder}. The library unpacks it into a folder of its own, which would
     * outlive this process, so the binary is moved.
     */
    private static Path unpack(Path folder) throws IOException {
        Path unpacked = RedisExecProvider.defaultProvider().get().toPath();
        Path binary = Files.move(unpacked, folder.resolve("redis-server"));
        Path left = unpacked.getParent();
        if (left != null) {
            Files.delete(left);
        }
        return binary;
    }

    private Path writeAcl(Path folder) throws IOException {
        String lines = String.join(
                "\n",
                "user default on >" + passwords.operator() + " ~* &* +@all",
                user("sidecar", passwords.sidecar(), RedisUsers.sidecar(PREFIX)),
                user("control", passwords.control(), RedisUsers.control(PREFIX)),
                "");
        Path file = PrivateFiles.create(folder.resolve("users.acl"));
        Files.writeString(file, lines);
        return file;
    }

    private static String user(String name, String password, List<String> rules) {
        return "user " + name + " on >" + password + " " + String.join(" ", rules);
    }

    /**
     * Returns whether Redis answers. An error counts as an answer, because it shows that Redis listens on this port.
     */
    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }
}
