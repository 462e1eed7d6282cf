package dev.latchkey.cli.demo;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A real Envoy that runs with a copy of a configuration file in which the ports are replaced. */
public final class EnvoyProcess implements AutoCloseable {
    private final int port;
    private final int adminPort;
    private final Path log;
    private final ChildProcess process;

    /**
     * Starts Envoy and waits until it is ready.
     *
     * @param binary see {@link #find}
     * @param config the text of the configuration
     * @param ports the port to use for each port in the configuration; 10000 is the listener, 9901 the admin interface
     * @param folder the folder for the copy and for Envoy's output
     */
    public EnvoyProcess(Path binary, String config, Map<Integer, Integer> ports, Path folder)
            throws IOException, InterruptedException {
        this.port = ports.getOrDefault(10_000, 10_000);
        this.adminPort = ports.getOrDefault(9901, 9901);
        Path file = folder.resolve("envoy.yaml");
        Files.writeString(file, withPorts(config, ports));
        this.log = folder.resolve("envoy.log");
        this.process = new ChildProcess(
                "envoy",
                List.of(
                        binary.toString(),
                        "--config-path",
                        file.toString(),
                        "--disable-hot-restart",
                        "--concurrency",
                        "1",
                        "--log-level",
                        "warning",
                        "--file-flush-interval-msec",
                        "50"),
                log);
        try {
            process.awaitReady(this::ready);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /**
     * Returns the path of a real Envoy. The script {@code envoy/get-envoy} of the installation finds it, or downloads
     * it if there is none. The progress of the script goes to the standard error of this process.
     *
     * @throws IOException if no Envoy can be obtained
     */
    public static Path find(Path home, String version) throws IOException, InterruptedException {
        Process script = new ProcessBuilder(home.resolve("envoy/get-envoy").toString(), version)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (script.waitFor() != 0 || path.isEmpty()) {
            throw new IOException(
                    "no Envoy " + version + " (see above; ENVOY_BIN=/path/to/envoy names one of your own)");
        }
        return Path.of(path);
    }

    public int port() {
        return port;
    }

    public int adminPort() {
        return adminPort;
    }

    /** Returns the file with Envoy's output, which includes its access log. */
    public Path log() {
        return log;
    }

    /** Runs {@code then} with a message for people if Envoy ends by itself. */
    void onEnd(Consumer<String> then) {
        process.onEnd(then);
    }

    @Override
    public void close() {
        process.close();
    }

    static String withPorts(String config, Map<Integer, Integer> ports) throws IOException {
        String changed = config;
        for (Map.Entry<Integer, Integer> port : ports.entrySet()) {
            // The space at the end prevents a match with a longer port number.
            String written = "port_value: " + port.getKey() + " ";
            if (!config.contains(written)) {
                throw new IOException("the Envoy configuration has no '" + written + "'");
            }
            // The second space marks the port as replaced, so that no port is replaced twice.
            changed = changed.replace(written, "port_value:  " + port.getValue() + " ");
        }
        return changed;
    }

    private boolean ready() {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + adminPort + "/ready")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(1000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
