package dev.latchkey.e2e;

import dev.latchkey.config.AdminToken;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.ExplainServiceGrpc;
import dev.latchkey.v1.ExplainServiceGrpc.ExplainServiceBlockingStub;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import dev.latchkey.v1.WorkspaceServiceGrpc.WorkspaceServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A control plane as a program of its operator's calls it. */
public final class AdminApi implements AutoCloseable {
    public static final String TOKEN = "latchkey_admin_of-the-test";
    /** The value of {@code LATCHKEY_CONTROL_TOKENS} that lets this in. */
    public static final String TOKENS = "test:operator:" + AdminToken.hash(TOKEN);

    private static final long PATIENCE_SECONDS = 30;

    private final ManagedChannel channel;

    public AdminApi(int port) {
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    /** Starts a control plane in this process, with the reference policy, on a port that the system chooses. */
    public static ControlPlane startControl(String redisUri, Map<String, String> more) throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_REDIS_URI",
                redisUri,
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_TOKENS",
                TOKENS));
        variables.putAll(more);
        return ControlPlane.start(
                SettingsLoader.load(ProcessKind.CONTROL, null, variables).settings(),
                new Policies(World.reference(), Map.of()));
    }

    public KeyServiceBlockingStub keys() {
        return authorized(KeyServiceGrpc.newBlockingStub(channel));
    }

    public WorkspaceServiceBlockingStub workspaces() {
        return authorized(WorkspaceServiceGrpc.newBlockingStub(channel));
    }

    public ExplainServiceBlockingStub explain() {
        return authorized(ExplainServiceGrpc.newBlockingStub(channel));
    }

    public void createWorkspace(String id) {
        var unused = workspaces()
                .createWorkspace(CreateWorkspaceRequest.newBuilder().setId(id).build());
    }

    public CreateKeyResponse createKey(String workspace) {
        return keys().createKey(CreateKeyRequest.newBuilder()
                .setWorkspace(workspace)
                .setName("CRM Integration")
                .addScopes("cases:read")
                .build());
    }

    public void deactivateWorkspace(String id) {
        var unused = workspaces()
                .deactivateWorkspace(
                        DeactivateWorkspaceRequest.newBuilder().setId(id).build());
    }

    public void revoke(String id) {
        var unused = keys().revokeKey(RevokeKeyRequest.newBuilder()
                .setWorkspace("-")
                .setId(id)
                .build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static <S extends AbstractStub<S>> S authorized(S stub) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + TOKEN);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
