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
 * A call of a gRPC method inside the process. It runs the method's interceptors, so that they do for REST what they do
 * for gRPC. The method must have closed the call when it returns, as all methods of the control plane do.
 *
 * <p>This class is not thread-safe.
 */
final class RestCall<Q, A> extends ServerCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final BooleanSupplier cancelled;
    private final Listener<Q> listener;
    private @Nullable A answer;
    private @Nullable Status status;

    /**
     * Starts the call. After that, {@link #status} tells whether an interceptor has already closed it.
     *
     * @param cancelled returns whether the caller no longer waits for the response
     */
    RestCall(ServerMethodDefinition<Q, A> definition, Metadata headers, BooleanSupplier cancelled) {
        this.method = definition.getMethodDescriptor();
        this.cancelled = cancelled;
        this.listener = definition.getServerCallHandler().startCall(this, headers);
    }

    /**
     * Sends the request and returns when the call has ended. If {@code wrong} is not empty, the method only adds the
     * other violations that it finds: the call is not executed.
     */
    void send(Message request, List<Violation> wrong) {
        FoundBefore.during(wrong, () -> {
            listener.onMessage(method.parseRequest(request.toByteString().newInput()));
            listener.onHalfClose();
        });
        listener.onComplete();
    }

    /** Cancels a call whose request was not sent. */
    void giveUp() {
        listener.onCancel();
    }

    /** Returns the status with which the call ended, or null if it has not ended. */
    @Nullable
    Status status() {
        return status;
    }

    /** Returns the response of a call that ended with the status OK. */
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
