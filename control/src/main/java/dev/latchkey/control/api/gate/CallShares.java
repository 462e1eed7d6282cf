package dev.latchkey.control.api.gate;

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
 * An interceptor that keeps callers from taking all threads. It bounds the number of calls in flight for each {@link
 * CallClass}, in total and for each token; calls beyond a bound are answered UNAVAILABLE. A call of an operator that
 * takes access away is never refused. A call that was cancelled by its caller counts until it has ended, because it
 * holds a thread until then. This interceptor runs after {@link AdminAuth}. It is thread-safe.
 */
public final class CallShares implements ServerInterceptor {
    private final ConcurrentMap<Place, Integer> underWay = new ConcurrentHashMap<>();

    /**
     * The unit by which calls are counted.
     *
     * @param token the name of a token; empty for all tokens together
     */
    private record Place(CallClass kind, String token) {
        int most() {
            return token.isEmpty() ? kind.most() : kind.mostPerToken();
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        AdminToken caller = AdminAuth.token();
        CallClass kind = CallClass.of(call.getMethodDescriptor(), caller.role());
        Place own = new Place(kind, caller.name());
        Place all = new Place(kind, "");
        if (!enter(own)) {
            return refuse(
                    call,
                    "your token has " + own.most()
                            + " calls under way, and no more at once; repeat the call when one has ended");
        }
        if (!enter(all)) {
            leave(own);
            return refuse(
                    call,
                    "the control plane has " + all.most()
                            + " calls like this under way, and no more at once; repeat the call in a second");
        }
        Share share = new Share(own, all);
        return new Counted<>(next.startCall(new CountedCall<>(call, share), headers), share);
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
        call.close(Status.UNAVAILABLE.withDescription(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private boolean enter(Place place) {
        // Counts first and takes the count back beyond the bound, so that two calls cannot both take the last place.
        if (underWay.merge(place, 1, Integer::sum) <= place.most()) {
            return true;
        }
        leave(place);
        return false;
    }

    private void leave(Place place) {
        underWay.computeIfPresent(place, (same, calls) -> calls == 1 ? null : calls - 1);
    }

    private final class Share extends AtomicBoolean {
        private static final long serialVersionUID = 1L;

        private final transient Place own;
        private final transient Place all;

        Share(Place own, Place all) {
            this.own = own;
            this.all = all;
        }

        void end() {
            if (compareAndSet(false, true)) {
                leave(own);
                leave(all);
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
            // A call that has begun holds its thread until its method closes the call.
            if (!begun) {
                share.end();
            }
            super.onCancel();
        }

        /**
         * Releases the share also if {@link AccessGate} closed the call, since it closes the outer call and thus
         * bypasses {@link CountedCall}.
         */
        @Override
        public void onComplete() {
            share.end();
            super.onComplete();
        }
    }
}
