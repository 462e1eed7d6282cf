package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.AdminToken;
import dev.latchkey.config.Settings;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.RealRedis;
import dev.latchkey.server.Sidecar;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The way from one pepper to the next as the README tells it, with every process on a real Redis. */
@Tag("one-envoy")
class PepperRotationIT {
    private static final String TOKEN = "latchkey_admin_of-the-test";
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
        KeyServiceBlockingStub oldKeys = keys(ready(control(OLD)));
        CreateKeyResponse first = create(oldKeys);

        Sidecar both = sidecar(OLD + "," + NEW);
        KeyServiceBlockingStub keys = keys(ready(control(NEW + "," + OLD)));
        CreateKeyResponse second = create(keys);
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

        var unused = keys.revokeKey(RevokeKeyRequest.newBuilder()
                .setWorkspace("-")
                .setId(first.getKey().getId())
                .build());
        ready(control(NEW));
        Sidecar last = sidecar(NEW);
        Awaitility.await().until(last::ready);
        assertThat(reason(last, first)).isEqualTo("unknown_key");
        assertThat(reason(last, second)).isEqualTo("ok");
    }

    private static String readyz(Sidecar sidecar) {
        return RawHttp.send(sidecar.opsPort(), "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .body();
    }

    private ControlPlane control(String peppers) throws IOException {
        ControlPlane control =
                ControlPlane.start(settings(ProcessKind.CONTROL, peppers), new Policies(World.reference(), Map.of()));
        made.push(control);
        return control;
    }

    private static ControlPlane ready(ControlPlane control) {
        Awaitility.await().until(control::ready);
        return control;
    }

    private Sidecar sidecar(String peppers) throws IOException {
        Sidecar sidecar =
                Sidecar.start(settings(ProcessKind.SIDECAR, peppers), new Policies(World.reference(), Map.of()));
        made.push(sidecar);
        return sidecar;
    }

    private static Settings settings(ProcessKind process, String peppers) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS", peppers,
                "LATCHKEY_REDIS_URI", REDIS.uri(),
                "LATCHKEY_REDIS_TIMEOUT", "5s",
                "LATCHKEY_AUTHZ_TIMEOUT", "10s",
                "LATCHKEY_AUTHZ_LISTEN", "127.0.0.1:0",
                "LATCHKEY_OPS_LISTEN", "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN", "127.0.0.1:0",
                "LATCHKEY_CONTROL_TOKENS", "test:operator:" + AdminToken.hash(TOKEN)));
        return SettingsLoader.load(process, null, variables).settings();
    }

    private KeyServiceBlockingStub keys(ControlPlane control) {
        ManagedChannel channel = channel(control.port());
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + TOKEN);
        var credentials = MetadataUtils.newAttachHeadersInterceptor(headers);
        if (!REDIS.commands().exists("latchkey:workspace:ws_1").equals(1L)) {
            var unused = WorkspaceServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(credentials)
                    .createWorkspace(
                            CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
        }
        return KeyServiceGrpc.newBlockingStub(channel).withInterceptors(credentials);
    }

    private static CreateKeyResponse create(KeyServiceBlockingStub keys) {
        return keys.createKey(CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName("CRM Integration")
                .addScopes("cases:read")
                .build());
    }

    /** Asks the sidecar itself, as Envoy does, once it can read the index. */
    private String reason(Sidecar sidecar, CreateKeyResponse created) {
        AttributeContext.HttpRequest request = AttributeContext.HttpRequest.newBuilder()
                .setMethod("GET")
                .setPath("/v1/cases")
                .setHost("api.example.com")
                .putHeaders("authorization", "Bearer " + created.getSecret())
                .build();
        CheckRequest check = CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(request)))
                .build();
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
