package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.demo.Ports;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.ListKeysRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@code latchkey sidecar} and {@code latchkey control} on one Redis, as processes of their own; and what they say. */
public final class TwoProcesses implements AutoCloseable {
    private final int checks = Ports.any();
    private final int ops = Ports.any();
    private final int controlPort = Ports.any();
    private int moments;
    private final CommandProcess sidecar;
    private final CommandProcess control;
    private final ManagedChannel sidecarChannel = Checks.channel(checks);
    private final AdminApi admin = new AdminApi(controlPort);

    // By default it asks to upgrade to HTTP/2 and has been seen to take what follows for a frame.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** @param more variables of both */
    public TwoProcesses(String sidecarUri, String controlUri, Map<String, String> more) throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_POLICY",
                World.HOME.resolve("envoy/policy.yaml").toString(),
                "LATCHKEY_AUTHZ_LISTEN",
                "127.0.0.1:" + checks,
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:" + ops,
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:" + controlPort,
                "LATCHKEY_CONTROL_TOKENS",
                AdminApi.TOKENS,
                "LATCHKEY_AUTHZ_TIMEOUT",
                "10s",
                "LATCHKEY_REDIS_TIMEOUT",
                "5s",
                "LATCHKEY_DRAIN_DELAY",
                "0s"));
        variables.putAll(more);
        control = CommandProcess.start(with(variables, controlUri), "control");
        sidecar = CommandProcess.start(with(variables, sidecarUri), "sidecar");
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> !sidecarReadyz().isEmpty() && !controlReadyz().isEmpty());
    }

    private static Map<String, String> with(Map<String, String> variables, String uri) {
        Map<String, String> all = new HashMap<>(variables);
        all.put("LATCHKEY_REDIS_URI", uri);
        return all;
    }

    /** Waits until both say that they are ready and nothing is wrong. */
    public void awaitReady() {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
            assertThat(sidecarReadyz()).isEqualTo("200 ready\n");
            assertThat(controlReadyz()).isEqualTo("200 ready\n");
        });
    }

    /** Waits until both say that they are ready, with or without a note, such as that Redis' history went back. */
    public void awaitReadyWithNotes() {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
            assertThat(sidecarReadyz()).startsWith("200 ready\n");
            assertThat(controlReadyz()).startsWith("200 ready\n");
        });
    }

    public long sidecarPid() {
        return sidecar.pid();
    }

    /** Returns a metric of the sidecar. */
    public double sidecarMetric(String name) {
        return Metrics.value(get(ops, "/metrics"), name);
    }

    public String sidecarReadyz() {
        return get(ops, "/readyz");
    }

    public String controlReadyz() {
        return get(controlPort, "/readyz");
    }

    public String sidecarLog() {
        return sidecar.err();
    }

    public String controlLog() {
        return control.err();
    }

    /** Returns the lines of {@code log} that warn of something. */
    public static List<String> warnings(String log) {
        return log.lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .toList();
    }

    /**
     * Asks the sidecar as Envoy does for a request with {@code key}; returns HTTP status, 200 if allowed, and reason.
     */
    public String check(String key) {
        return Checks.ask(sidecarChannel, key);
    }

    public void createWorkspace() {
        admin.createWorkspace("ws_1");
    }

    /** Returns the new key itself, which is of {@code ws_1}. */
    public String createKey() {
        return admin.createKey("ws_1").getSecret();
    }

    /** Returns a key of {@code ws_1} that is revoked. */
    public String createAndRevokeKey() {
        CreateKeyResponse created = admin.createKey("ws_1");
        revoke(created.getKey().getId());
        return created.getSecret();
    }

    /** A key of {@code ws_1}. */
    public CreateKeyResponse create() {
        return admin.createKey("ws_1");
    }

    /** Does a bit of everything that the control plane is asked for, in a workspace of its own. */
    public void createListAndRevoke() {
        String workspace = "ws_of_a_moment_" + ++moments;
        admin.createWorkspace(workspace);
        String id = admin.createKey(workspace).getKey().getId();
        var unused = admin.keys()
                .listKeys(ListKeysRequest.newBuilder().setWorkspace(workspace).build());
        admin.revoke(id);
    }

    public void revoke(String id) {
        admin.revoke(id);
    }

    /** Returns the status and message of a call that is not to succeed. */
    public static String refusal(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("the call succeeds");
    }

    @Override
    public void close() {
        sidecarChannel.shutdownNow();
        admin.close();
        sidecar.close();
        control.close();
    }

    private String get(int port, String path) {
        try {
            URI uri = URI.create("http://127.0.0.1:" + port + path);
            HttpResponse<String> response =
                    http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
