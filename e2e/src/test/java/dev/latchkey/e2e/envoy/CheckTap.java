package dev.latchkey.e2e.envoy;

import com.google.protobuf.Value;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between Envoy and a sidecar, passes on each check and its answer as they are, and keeps both. */
public final class CheckTap extends AuthorizationGrpc.AuthorizationImplBase implements AutoCloseable {
    private static final int ANY_SIZE = 64 << 20;

    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private final List<Metadata> metadata = new CopyOnWriteArrayList<>();
    private final ManagedChannel channel;
    private final AuthorizationGrpc.AuthorizationStub sidecar;
    private final Server server;

    /** What the sidecar was asked and what it said. */
    record Check(CheckRequest request, CheckResponse response) {

        AttributeContext.HttpRequest http() {
            return request.getAttributes().getRequest().getHttp();
        }

        /** Returns a field of the dynamic metadata, or an empty string. */
        String metadata(String name) {
            return response.getDynamicMetadata()
                    .getFieldsOrDefault(name, Value.getDefaultInstance())
                    .getStringValue();
        }
    }

    public CheckTap(int sidecarPort) throws IOException {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", sidecarPort)
                .usePlaintext()
                .build();
        sidecar = AuthorizationGrpc.newStub(channel);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMetadataSize(ANY_SIZE)
                .maxInboundMessageSize(ANY_SIZE)
                .intercept(new Recorder())
                .addService(this)
                .build()
                .start();
    }

    public int port() {
        return server.getPort();
    }

    /** Returns the checks that have been answered so far. */
    List<Check> checks() {
        return List.copyOf(checks);
    }

    /** Returns the metadata of the checks that have begun so far. */
    List<Metadata> metadata() {
        return List.copyOf(metadata);
    }

    /** The deadline and a cancel of the caller go on with the context of the call. */
    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> caller) {
        sidecar.check(request, new StreamObserver<>() {
            @Override
            public void onNext(CheckResponse response) {
                checks.add(new Check(request, response));
                caller.onNext(response);
            }

            @Override
            public void onError(Throwable failure) {
                caller.onError(failure);
            }

            @Override
            public void onCompleted() {
                caller.onCompleted();
            }
        });
    }

    @Override
    public void close() {
        server.shutdownNow();
        channel.shutdownNow();
    }

    private final class Recorder implements ServerInterceptor {
        @Override
        public <T, R> ServerCall.Listener<T> interceptCall(
                ServerCall<T, R> call, Metadata headers, ServerCallHandler<T, R> next) {
            metadata.add(headers);
            return next.startCall(call, headers);
        }
    }
}
