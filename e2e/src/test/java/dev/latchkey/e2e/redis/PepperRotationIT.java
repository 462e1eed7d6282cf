package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.server.Sidecar;
import dev.latchkey.v1.CreateKeyResponse;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The way from one pepper to the next as the README tells it, with every process on a real Redis. */
@Tag("one-envoy")
class PepperRotationIT {
    private static final String OLD = World.PEPPER;
    private static final String NEW = "2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void rotation_stepByStep_noKeyStopsWorkingBeforeItIsRevoked() throws Exception {
        AdminApi oldKeys = admin(ready(control(OLD)));
        oldKeys.createWorkspace("ws_1");
        CreateKeyResponse first = oldKeys.createKey("ws_1");

        Sidecar both = sidecar(OLD + "," + NEW);
        AdminApi keys = admin(ready(control(NEW + "," + OLD)));
        CreateKeyResponse second = keys.createKey("ws_1");
        assertThat(first.getKey().getPepperVersion()).isEqualTo(1);
        assertThat(second.getKey().getPepperVersion()).isEqualTo(2);
        assertThat(reason(both, first)).isEqualTo("ok");
        assertThat(reason(both, second)).isEqualTo("ok");
        Sidecar forgotten = sidecar(OLD);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(readyz(forgotten)).contains("pepper version 2 is in use but not configured"));

        ControlPlane hasty = control(NEW);
        assertThat(hasty.refusal())
                .succeedsWithin(Duration.ofSeconds(30))
                .asString()
                .contains("version 1");
        assertThat(hasty.ready()).isFalse();

        keys.revoke(first.getKey().getId());
        ready(control(NEW));
        Sidecar last = sidecar(NEW);
        Awaitility.await().until(last::ready);
        assertThat(reason(last, first)).isEqualTo("unknown_key");
        assertThat(reason(last, second)).isEqualTo("ok");
    }

    private static String readyz(Sidecar sidecar) {
        return RawHttp.get(sidecar.opsPort(), "/readyz").body();
    }

    private ControlPlane control(String peppers) throws IOException {
        ControlPlane control = AdminApi.startControl(REDIS.uri(), Map.of("LATCHKEY_PEPPERS", peppers));
        made.push(control);
        return control;
    }

    private AdminApi admin(ControlPlane control) {
        AdminApi admin = new AdminApi(control.port());
        made.push(admin);
        return admin;
    }

    private static ControlPlane ready(ControlPlane control) {
        Awaitility.await().until(control::ready);
        return control;
    }

    private Sidecar sidecar(String peppers) throws IOException {
        Map<String, String> variables = Map.of(
                "LATCHKEY_PEPPERS", peppers,
                "LATCHKEY_REDIS_URI", REDIS.uri(),
                "LATCHKEY_REDIS_TIMEOUT", "5s",
                "LATCHKEY_AUTHZ_TIMEOUT", "10s",
                "LATCHKEY_AUTHZ_LISTEN", "127.0.0.1:0",
                "LATCHKEY_OPS_LISTEN", "127.0.0.1:0");
        Sidecar sidecar = Sidecar.start(
                SettingsLoader.load(ProcessKind.SIDECAR, null, variables).settings(),
                new Policies(World.reference(), Map.of()));
        made.push(sidecar);
        return sidecar;
    }

    /** Asks the sidecar itself, as Envoy does, once it can read the index. */
    private String reason(Sidecar sidecar, CreateKeyResponse created) {
        CheckRequest check = Checks.withKey(created.getSecret());
        var stub = AuthorizationGrpc.newBlockingStub(channel(sidecar.authzPort()));
        return Awaitility.await()
                .until(
                        () -> stub.check(check)
                                .getDynamicMetadata()
                                .getFieldsOrThrow("reason")
                                .getStringValue(),
                        reason -> !reason.startsWith("store_"));
    }

    private ManagedChannel channel(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        made.push(channel::shutdownNow);
        return channel;
    }
}
