package dev.latchkey.cli.client;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.ListPrinter;
import dev.latchkey.v1.AuditServiceGrpc;
import dev.latchkey.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import dev.latchkey.v1.ExplainServiceGrpc;
import dev.latchkey.v1.ExplainServiceGrpc.ExplainServiceBlockingStub;
import dev.latchkey.v1.IndexServiceGrpc;
import dev.latchkey.v1.IndexServiceGrpc.IndexServiceBlockingStub;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import dev.latchkey.v1.WorkspaceServiceGrpc.WorkspaceServiceBlockingStub;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A gRPC client of the control plane. Each call has a deadline. This class is thread-safe. */
public final class ControlClient implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /**
     * The maximum size of a response, which is a page of an audit trail. An entry holds all scopes of a key before and
     * after a change. Each of these lists arrived in a request of at most 64 KiB, and the rest of an entry is far below
     * 8 KiB. gRPC's default limit of 4 MiB would reject valid pages.
     */
    private static final int MAX_ANSWER = ListPrinter.PAGE_SIZE * (2 * 64 + 8) * 1024;

    private final ControlAddress address;
    private final Duration timeout;
    private final ManagedChannel channel;
    private final ClientInterceptor credentials;

    /**
     * @param tls the TLS files, used if the address is https
     * @param token an admin token: visible ASCII
     * @throws CommandFailure if a TLS file cannot be used
     */
    ControlClient(ControlAddress address, ControlTls tls, String token, Duration timeout) {
        this.address = address;
        this.timeout = timeout;
        NettyChannelBuilder builder =
                NettyChannelBuilder.forTarget("dns:///" + inPath(address)).maxInboundMessageSize(MAX_ANSWER);
        if (address.tls()) {
            tls.applyTo(builder);
        } else {
            builder.usePlaintext();
        }
        this.channel = builder.build();
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        this.credentials = MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    /**
     * Returns the authority with escaped brackets if it is an IPv6 address, because a path cannot contain brackets (RFC
     * 3986, section 3.3).
     */
    private static String inPath(ControlAddress address) {
        return address.authority().replace("[", "%5B").replace("]", "%5D");
    }

    /**
     * Makes one call to the KeyService.
     *
     * @throws CommandFailure if the call fails
     */
    public <T> T keys(Function<KeyServiceBlockingStub, T> call) {
        return call(KeyServiceGrpc.newBlockingStub(channel), call);
    }

    /**
     * Makes one call to the WorkspaceService.
     *
     * @throws CommandFailure if the call fails
     */
    public <T> T workspaces(Function<WorkspaceServiceBlockingStub, T> call) {
        return call(WorkspaceServiceGrpc.newBlockingStub(channel), call);
    }

    /**
     * Makes one call to the ExplainService.
     *
     * @throws CommandFailure if the call fails
     */
    public <T> T explain(Function<ExplainServiceBlockingStub, T> call) {
        return call(ExplainServiceGrpc.newBlockingStub(channel), call);
    }

    /**
     * Makes one call to the AuditService.
     *
     * @throws CommandFailure if the call fails
     */
    public <T> T audit(Function<AuditServiceBlockingStub, T> call) {
        return call(AuditServiceGrpc.newBlockingStub(channel), call);
    }

    /**
     * Makes one call to the IndexService.
     *
     * @throws CommandFailure if the call fails
     */
    public <T> T index(Function<IndexServiceBlockingStub, T> call) {
        return call(IndexServiceGrpc.newBlockingStub(channel), call);
    }

    private <S extends AbstractStub<S>, T> T call(S stub, Function<S, T> call) {
        try {
            return call.apply(
                    stub.withInterceptors(credentials).withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
            throw CallFailures.of(e, address);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
