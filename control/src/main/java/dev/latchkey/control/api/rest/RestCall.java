package dev.latchkey.control.api.rest;

import com.google.protobuf.Message;
import dev.latchkey.control.rules.FoundBefore;
import dev.latchkey.control.rules.Violation;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of a gRPC method inside the process, with its interceptors: what they do for gRPC they do for REST. The method must
 * have answered when it returns, as all of ours do. Not thread-safe.
 */
final class RestCall<Q, A> extends ServerCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final BooleanSupplier cancelled;
    private final Listener<Q> listener;
    private @Nullable A answer;
    private @Nullable Status status;

    /**
     * Begins the call; then {@link #status} tells whether an interceptor has ended it already.
     *
     * @param cancelled tells whether nobody waits for the answer any more
     */
    RestCall(ServerMethodDefinition<Q, A> definition, Metadata headers, BooleanSupplier cancelled) {
        this.method = definition.getMethodDescriptor();
        this.cancelled = cancelled;
        this.listener = definition.getServerCallHandler().startCall(this, headers);
    }

    /**
     * Hands over the request and returns when the call has ended. If anything is wrong with it, the call is not done; but what
     * else is wrong is found out.
     */
    void send(Message request, List<Violation> wrong) {
        FoundBefore.during(wrong, () -> {
            listener.onMessage(method.parseRequest(request.toByteString().newInput()));
            listener.onHalfClose();
        });
        listener.onComplete();
    }

    /** Ends a call whose request was never sent. */
    void giveUp() {
        listener.onCancel();
    }

    /** Returns how the call has ended, or null if it has not. */
    @Nullable
    Status status() {
        return status;
    }

    /** Returns the answer of a call that has ended well. */
    Message answer() {
        if (answer instanceof Message message) {
            return message;
        }
        throw new IllegalStateException(method.getFullMethodName() + " gave no answer");
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(A message) {
        answer = message;
    }

    @Override
    public void close(Status ended, Metadata trailers) {
        status = ended;
    }

    @Override
    public boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
        return method;
    }
}
