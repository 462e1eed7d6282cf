package dev.latchkey.control.api;

import dev.latchkey.config.AdminToken;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps a manager's or reader's token from taking all threads: so many of its calls may be under way at once, and others are
 * answered UNAVAILABLE. Operators, who revoke when it matters, have no bound. A call that its caller has given up counts until it
 * has ended, since until then it holds a thread. Stands behind {@link AdminAuth}. Thread-safe.
 */
final class CallShares implements ServerInterceptor {
    /** More than a page in a browser or an import has under way. */
    static final int MAX_CALLS = 12;

    private final ConcurrentMap<String, Integer> underWay = new ConcurrentHashMap<>();

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        AdminToken caller = AdminAuth.token();
        if (caller.role() == AdminToken.Role.OPERATOR) {
            return next.startCall(call, headers);
        }
        if (underWay.merge(caller.name(), 1, Integer::sum) > MAX_CALLS) {
            leave(caller.name());
            call.close(
                    Status.UNAVAILABLE.withDescription("your token has " + MAX_CALLS
                            + " calls under way, and no more at once; repeat the call when one has ended"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Share share = new Share(caller.name());
        return new Counted<>(next.startCall(new CountedCall<>(call, share), headers), share);
    }

    private void leave(String name) {
        underWay.computeIfPresent(name, (same, calls) -> calls == 1 ? null : calls - 1);
    }

    private final class Share extends AtomicBoolean {
        private static final long serialVersionUID = 1L;

        private final String name;

        Share(String name) {
            this.name = name;
        }

        void end() {
            if (compareAndSet(false, true)) {
                leave(name);
            }
        }
    }

    private static final class CountedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final Share share;

        CountedCall(ServerCall<Q, A> call, Share share) {
            super(call);
            this.share = share;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            share.end();
            super.close(status, trailers);
        }
    }

    private static final class Counted<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Share share;
        private boolean begun;

        Counted(ServerCall.Listener<Q> listener, Share share) {
            super(listener);
            this.share = share;
        }

        @Override
        public void onHalfClose() {
            begun = true;
            super.onHalfClose();
        }

        @Override
        public void onCancel() {
            if (!begun) {
                share.end();
            }
            super.onCancel();
        }

        /** Also after {@link AccessGate} has ended the call. */
        @Override
        public void onComplete() {
            share.end();
            super.onComplete();
        }
    }
}
