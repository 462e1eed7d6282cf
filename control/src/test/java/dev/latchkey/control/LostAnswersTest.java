package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceFutureStub;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.RotateKeyResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A proxy cuts the answer, and the client asks again, here another control plane: there is one key, and the client gets
 * at it.
 */
class LostAnswersTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final ListKeysRequest LIST =
            ListKeysRequest.newBuilder().setWorkspace("ws_1").build();

    private RunningControlPlane first;
    private RunningControlPlane second;
    private FaultProxy proxy;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        first = new RunningControlPlane(REDIS.uri());
        second = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(() -> first.plane.ready() && second.plane.ready());
        second.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
        proxy = new FaultProxy(first.plane.port());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", proxy.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        channel.shutdownNow();
        proxy.close();
        first.close();
        second.close();
    }

    @Test
    void createKey_answerIsCut_repeatElsewhereTellsOfTheOneKeyWhichCanBeRotated() {
        CreateKeyRequest request = request();
        loseTheAnswer(stub -> stub.createKey(request), 1);

        CreateKeyResponse repeated = second.keys().createKey(request);

        assertThat(repeated.getRepeated()).isTrue();
        assertThat(repeated.getSecret()).isEmpty();
        assertThat(living()).containsExactly(repeated.getKey());
        RotateKeyResponse rotated = second.keys()
                .rotateKey(RotateKeyRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .setId(repeated.getKey().getId())
                        .setOverlap(Duration.getDefaultInstance())
                        .build());
        assertThat(rotated.getSecret()).startsWith("opt_live_");
        assertThat(living()).containsExactly(rotated.getKey());
    }

    @Test
    void rotateKey_answerIsCut_repeatElsewhereTellsOfTheOneSuccessor() {
        Key old = second.keys().createKey(request()).getKey();
        RotateKeyRequest request = RotateKeyRequest.newBuilder()
                .setWorkspace("-")
                .setId(old.getId())
                .setRequestId("rotate-1")
                .build();
        loseTheAnswer(stub -> stub.rotateKey(request), 2);

        RotateKeyResponse repeated = second.keys().rotateKey(request);

        assertThat(repeated.getRepeated()).isTrue();
        assertThat(repeated.getSecret()).isEmpty();
        assertThat(repeated.getPredecessor().getSuccessor())
                .isEqualTo(repeated.getKey().getId());
        assertThat(living()).containsExactlyInAnyOrder(repeated.getPredecessor(), repeated.getKey());
    }

    /** Makes a call whose answer never arrives, and returns once it was done. */
    private void loseTheAnswer(Function<KeyServiceFutureStub, Future<?>> call, int keys) {
        KeyServiceFutureStub stub = KeyServiceGrpc.newFutureStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(
                        RunningControlPlane.authorization("Bearer " + RunningControlPlane.ALICE)));
        // So that there is a connection.
        assertThat(stub.listKeys(LIST)).succeedsWithin(10, TimeUnit.SECONDS);
        proxy.freezeAnswers();
        Future<?> answer = call.apply(stub);
        Awaitility.await()
                .until(() -> living().size() == keys && REDIS.commands().exists("latchkey:ledger:{ws_1}:pending") == 0);
        assertThat(answer).isNotDone();
        channel.shutdownNow();
    }

    private List<Key> living() {
        return second.keys().listKeys(LIST).getKeysList();
    }

    private static CreateKeyRequest request() {
        return CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName("CRM Integration")
                .addScopes("cases:read")
                .setRequestId("create-1")
                .build();
    }
}
