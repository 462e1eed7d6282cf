package dev.latchkey.server.bounds;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.function.Supplier;

/**
 * Makes calls whose message has not ended known to the budget of their event loop, so that they can be denied.
 *
 * <p>This class is thread-safe. Calls must begin on the event loop itself, as with a direct executor.
 */
public final class CallBounds implements ServerInterceptor {
    private final String method;
    private final Supplier<?> denial;

    /**
     * @param method whose calls are denied; calls of others that give way fail
     * @param denial the answer, a normal message: an error could pass
     */
    public CallBounds(String method, Supplier<?> denial) {
        this.method = method;
        this.denial = denial;
    }

    @Override
    public <T, R> ServerCall.Listener<T> interceptCall(
            ServerCall<T, R> call, Metadata headers, ServerCallHandler<T, R> next) {
        ServerCall.Listener<T> listener = next.startCall(call, headers);
        LoopBudget budget = LoopBudget.current();
        if (budget == null) {
            return listener;
        }
        OpenStream stream = budget.begin(() -> deny(call));
        return stream == null ? listener : new Listener<>(listener, stream);
    }

    private <T, R> void deny(ServerCall<T, R> call) {
        if (!call.getMethodDescriptor().getFullMethodName().equals(method)) {
            call.close(Status.RESOURCE_EXHAUSTED, new Metadata());
            return;
        }
        @SuppressWarnings("unchecked") // The answers of that method.
        R answer = (R) denial.get();
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
    }

    /** A message that was denied before its end is not decided on as well. */
    private static final class Listener<T> extends SimpleForwardingServerCallListener<T> {
        private final OpenStream stream;

        Listener(ServerCall.Listener<T> delegate, OpenStream stream) {
            super(delegate);
            this.stream = stream;
        }

        @Override
        public void onHalfClose() {
            if (!stream.denied) {
                super.onHalfClose();
            }
        }
    }
}
