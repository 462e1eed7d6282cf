package dev.latchkey.cli.demo;

import com.google.protobuf.Duration;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The setup of the demo's workspaces and keys through the API of the control plane. */
final class Seed implements AutoCloseable {
    static final String WORKSPACE = "ws_demo";
    static final String INACTIVE_WORKSPACE = "ws_inactive";

    private static final long DEADLINE_SECONDS = 30;
    private static final long SHORT_LIFE_SECONDS = 1;

    private final ManagedChannel channel;
    private final KeyServiceGrpc.KeyServiceBlockingStub keys;
    private final WorkspaceServiceGrpc.WorkspaceServiceBlockingStub workspaces;

    Seed(int controlPort, String token) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", controlPort)
                .usePlaintext()
                .build();
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        var credentials = MetadataUtils.newAttachHeadersInterceptor(metadata);
        keys = KeyServiceGrpc.newBlockingStub(channel).withInterceptors(credentials);
        workspaces = WorkspaceServiceGrpc.newBlockingStub(channel).withInterceptors(credentials);
    }

    /** Creates all workspaces and keys. When this method returns, the key that is meant to be expired has expired. */
    DemoKeys plant(Collection<String> scopes) throws InterruptedException {
        createWorkspace(WORKSPACE);
        createWorkspace(INACTIVE_WORKSPACE);
        List<String> readScopes =
                scopes.stream().filter(scope -> scope.endsWith(":read")).toList();
        CreateKeyResponse expired = create(key("Expired", readScopes)
                .setLifetime(Duration.newBuilder().setSeconds(SHORT_LIFE_SECONDS))
                .build());
        CreateKeyResponse revoked = create(key("Revoked", readScopes).build());
        DemoKeys planted = new DemoKeys(
                create(key("Live", scopes).build()).getSecret(),
                create(key("Test", scopes).setEnvironment(Environment.TEST).build())
                        .getSecret(),
                create(key("Read only", readScopes).build()).getSecret(),
                expired.getSecret(),
                revoked.getSecret(),
                create(key("Inactive", readScopes)
                                .setWorkspace(INACTIVE_WORKSPACE)
                                .build())
                        .getSecret());
        var unused = keys.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .revokeKey(RevokeKeyRequest.newBuilder()
                        .setWorkspace(WORKSPACE)
                        .setId(revoked.getKey().getId())
                        .setReason("demo")
                        .build());
        var unusedToo = workspaces
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .deactivateWorkspace(DeactivateWorkspaceRequest.newBuilder()
                        .setId(INACTIVE_WORKSPACE)
                        .build());
        // The short-lived key expires during this wait.
        TimeUnit.SECONDS.sleep(SHORT_LIFE_SECONDS);
        return planted;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private void createWorkspace(String id) {
        var unused = workspaces
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .createWorkspace(CreateWorkspaceRequest.newBuilder().setId(id).build());
    }

    private CreateKeyResponse create(CreateKeyRequest request) {
        return keys.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).createKey(request);
    }

    private static CreateKeyRequest.Builder key(String name, Collection<String> scopes) {
        return CreateKeyRequest.newBuilder()
                .setWorkspace(WORKSPACE)
                .setName(name)
                .setEnvironment(Environment.LIVE)
                .addAllScopes(scopes);
    }
}
