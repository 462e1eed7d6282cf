package dev.latchkey.server.bounds;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.function.Supplier;

/**
 * An interceptor that registers each call with the budget of its event loop, so that the budget can deny the call as
 * long as the message of the call has not ended.
 *
 * <p>This class is thread-safe. Calls must start on the event loop itself, as with a direct executor.
 */
public final class CallBounds implements ServerInterceptor {
    private final String method;
    private final Supplier<?> denial;

    /**
     * @param method the full name of the method whose calls are denied; calls of other methods fail instead
     * @param denial returns the denial, a normal message, because Envoy might let an error pass
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
        @SuppressWarnings("unchecked") // The response type of that method.
        R answer = (R) denial.get();
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
    }

    /** Drops the end of a message that was already denied, so that no decision is made for it. */
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
