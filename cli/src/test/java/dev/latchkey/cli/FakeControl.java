package dev.latchkey.cli;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.latchkey.v1.ActivateWorkspaceRequest;
import dev.latchkey.v1.ActivateWorkspaceResponse;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.CreateWorkspaceResponse;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.DeactivateWorkspaceResponse;
import dev.latchkey.v1.FindKeyRequest;
import dev.latchkey.v1.FindKeyResponse;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.GetKeyResponse;
import dev.latchkey.v1.GetWorkspaceRequest;
import dev.latchkey.v1.GetWorkspaceResponse;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ImportKeysResponse;
import dev.latchkey.v1.IndexServiceGrpc;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.ListWorkspacesRequest;
import dev.latchkey.v1.ListWorkspacesResponse;
import dev.latchkey.v1.RebuildIndexRequest;
import dev.latchkey.v1.RebuildIndexResponse;
import dev.latchkey.v1.RevokeAllKeysRequest;
import dev.latchkey.v1.RevokeAllKeysResponse;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.RevokeKeyResponse;
import dev.latchkey.v1.RevokeLeakedKeyRequest;
import dev.latchkey.v1.RevokeLeakedKeyResponse;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.RotateKeyResponse;
import dev.latchkey.v1.UpdateKeyRequest;
import dev.latchkey.v1.UpdateKeyResponse;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A control plane that answers what a test tells it to, in order, and remembers what it was asked. */
public final class FakeControl implements AutoCloseable {
    public static final String TOKEN = "latchkey_admin_of-the-test";

    /** An answer that never comes. */
    public static final Object SILENCE = new Object();

    private static final Pattern MADE_UP = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ConcurrentLinkedQueue<Object> answers = new ConcurrentLinkedQueue<>();
    private final List<Object> requests = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private final Server server;

    public FakeControl() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Keys())
                .addService(new Workspaces())
                .addService(new Index())
                .intercept(new CredentialsKeeper())
                .build()
                .start();
    }

    /** @param next messages, statuses to fail with, or {@link #SILENCE}, one for each call */
    public FakeControl answer(Object... next) {
        answers.addAll(List.of(next));
        return this;
    }

    /** Runs a command against this control plane. */
    public Run run(String... args) {
        return Run.of(variables(), args);
    }

    public Map<String, String> variables() {
        return Map.of("LATCHKEY_CONTROL", url(), "LATCHKEY_TOKEN", TOKEN);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getPort();
    }

    public List<Object> requests() {
        return requests;
    }

    /** Returns the requests without the ids that the command line makes up. */
    public List<Object> requestsWithoutMadeUpIds() {
        return requests.stream().map(FakeControl::withoutMadeUpId).toList();
    }

    /** Returns the id of each request that can be repeated. */
    public List<String> requestIds() {
        return requests.stream()
                .map(request -> (Message) request)
                .map(request ->
                        (String) request.getField(request.getDescriptorForType().findFieldByName("request_id")))
                .toList();
    }

    private static Object withoutMadeUpId(Object request) {
        Message message = (Message) request;
        FieldDescriptor id = message.getDescriptorForType().findFieldByName("request_id");
        return id != null && MADE_UP.matcher((String) message.getField(id)).matches()
                ? message.toBuilder().clearField(id).build()
                : message;
    }

    /** Returns the authorization of each call. */
    public List<String> credentials() {
        return credentials;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    @SuppressWarnings("unchecked") // the test has to give the message that the call answers
    private <T> void handle(Object request, StreamObserver<T> call) {
        requests.add(request);
        Object next = answers.poll();
        if (next instanceof StatusRuntimeException failure) {
            call.onError(failure);
        } else if (next == null) {
            throw new IllegalStateException("no answer for " + request);
        } else if (next != SILENCE) {
            call.onNext((T) next);
            call.onCompleted();
        }
    }

    private final class CredentialsKeeper implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            @Nullable String authorization = headers.get(AUTHORIZATION);
            credentials.add(authorization == null ? "none" : authorization);
            return next.startCall(call, headers);
        }
    }

    private final class Keys extends KeyServiceGrpc.KeyServiceImplBase {
        @Override
        public void createKey(CreateKeyRequest request, StreamObserver<CreateKeyResponse> call) {
            handle(request, call);
        }

        @Override
        public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> call) {
            handle(request, call);
        }

        @Override
        public void importKeys(ImportKeysRequest request, StreamObserver<ImportKeysResponse> call) {
            handle(request, call);
        }

        @Override
        public void rotateKey(RotateKeyRequest request, StreamObserver<RotateKeyResponse> call) {
            handle(request, call);
        }

        @Override
        public void getKey(GetKeyRequest request, StreamObserver<GetKeyResponse> call) {
            handle(request, call);
        }

        @Override
        public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> call) {
            handle(request, call);
        }

        @Override
        public void updateKey(UpdateKeyRequest request, StreamObserver<UpdateKeyResponse> call) {
            handle(request, call);
        }

        @Override
        public void revokeAllKeys(RevokeAllKeysRequest request, StreamObserver<RevokeAllKeysResponse> call) {
            handle(request, call);
        }

        @Override
        public void findKey(FindKeyRequest request, StreamObserver<FindKeyResponse> call) {
            handle(request, call);
        }

        @Override
        public void revokeLeakedKey(RevokeLeakedKeyRequest request, StreamObserver<RevokeLeakedKeyResponse> call) {
            handle(request, call);
        }
    }

    private final class Index extends IndexServiceGrpc.IndexServiceImplBase {
        @Override
        public void rebuildIndex(RebuildIndexRequest request, StreamObserver<RebuildIndexResponse> call) {
            handle(request, call);
        }
    }

    private final class Workspaces extends WorkspaceServiceGrpc.WorkspaceServiceImplBase {
        @Override
        public void createWorkspace(CreateWorkspaceRequest request, StreamObserver<CreateWorkspaceResponse> call) {
            handle(request, call);
        }

        @Override
        public void listWorkspaces(ListWorkspacesRequest request, StreamObserver<ListWorkspacesResponse> call) {
            handle(request, call);
        }

        @Override
        public void getWorkspace(GetWorkspaceRequest request, StreamObserver<GetWorkspaceResponse> call) {
            handle(request, call);
        }

        @Override
        public void activateWorkspace(
                ActivateWorkspaceRequest request, StreamObserver<ActivateWorkspaceResponse> call) {
            handle(request, call);
        }

        @Override
        public void deactivateWorkspace(
                DeactivateWorkspaceRequest request, StreamObserver<DeactivateWorkspaceResponse> call) {
            handle(request, call);
        }
    }
}
