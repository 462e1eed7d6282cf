package dev.latchkey.server.authz;

import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.key.KeyFormat;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers Envoy's checks ({@code envoy.service.auth.v3.Authorization}). Every check is answered exactly once: with the
 * decision, or, when that is not there in time, with a denial as {@code store_timeout}, before Envoy's own timeout would turn
 * into an error that it may let pass. A cancelled check gets no answer, Envoy has gone on by then.
 *
 * <p>Runs on gRPC's event loop and never blocks it: an answer that waits for Redis is sent from the thread that the record
 * arrives on.
 */
public final class AuthorizationService extends AuthorizationGrpc.AuthorizationImplBase {
    private static final Logger log = LoggerFactory.getLogger(AuthorizationService.class);

    /** What is kept of the caller's deadline for the way back. */
    private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final CheckRequests requests;
    private final Decider decider;
    private final CheckResponses responses;
    private final DecisionListener listener;
    private final Timer timer;
    private final long timeoutNanos;

    /**
     * @param timer ends waiting; of a resolution of some 10 ms
     * @param timeout the most that one check may take, whatever Envoy allows
     */
    public AuthorizationService(
            KeyFormat format,
            Decider decider,
            AnswerStyle style,
            DecisionListener listener,
            Timer timer,
            Duration timeout) {
        IdentityHeaders identity = new IdentityHeaders(style.identityPrefix());
        this.requests = new CheckRequests(format, identity);
        this.decider = decider;
        this.responses = new CheckResponses(style, identity);
        this.listener = listener;
        this.timer = timer;
        this.timeoutNanos = timeout.toNanos();
    }

    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
        long start = System.nanoTime();
        IncomingCheck check;
        try {
            check = requests.read(request);
        } catch (RuntimeException e) {
            log.error("a check request could not be read", e);
            send(observer, responses.unreadable());
            listener.decided(Decision.Deny.of(Reason.INTERNAL), System.nanoTime() - start);
            return;
        }
        CompletableFuture<Decision> decision = decider.decide(check.access());
        Answer answer = new Answer(check, observer, start);
        if (!decision.isDone()) {
            answer.endWaitingAfter(budgetNanos());
        }
        var unused = decision.whenComplete(answer);
    }

    private long budgetNanos() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return timeoutNanos;
        }
        long remaining = deadline.timeRemaining(TimeUnit.NANOSECONDS);
        return Math.min(timeoutNanos, Math.max(remaining / 2, remaining - MARGIN_NANOS));
    }

    private static void send(StreamObserver<CheckResponse> observer, CheckResponse response) {
        observer.onNext(response);
        observer.onCompleted();
    }

    /** The one answer to one check; true once it was given or is no longer wanted. */
    private final class Answer extends AtomicBoolean implements BiConsumer<Decision, @Nullable Throwable>, TimerTask {
        private static final long serialVersionUID = 1L;

        private final transient IncomingCheck check;
        private final transient StreamObserver<CheckResponse> observer;
        private final long start;
        private transient volatile @Nullable Timeout timeout;

        Answer(IncomingCheck check, StreamObserver<CheckResponse> observer, long start) {
            this.check = check;
            this.observer = observer;
            this.start = start;
        }

        void endWaitingAfter(long nanos) {
            if (observer instanceof ServerCallStreamObserver<CheckResponse> call) {
                call.setOnCancelHandler(this::abandon);
            }
            timeout = timer.newTimeout(this, nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public void accept(@Nullable Decision decision, @Nullable Throwable failure) {
            stopTimer();
            if (decision == null || failure != null) {
                log.error("a check was not decided", failure);
                give(Decision.Deny.of(Reason.INTERNAL));
            } else {
                give(decision);
            }
        }

        @Override
        public void run(Timeout expired) {
            give(Decision.Deny.of(Reason.STORE_TIMEOUT));
        }

        private void abandon() {
            if (compareAndSet(false, true)) {
                stopTimer();
            }
        }

        private void give(Decision decision) {
            if (!compareAndSet(false, true)) {
                return;
            }
            send(observer, response(decision));
            listener.decided(decision, System.nanoTime() - start);
        }

        private CheckResponse response(Decision decision) {
            try {
                return responses.of(decision, check);
            } catch (RuntimeException e) {
                log.error("an answer could not be written", e);
                return responses.unreadable();
            }
        }

        private void stopTimer() {
            Timeout running = timeout;
            if (running != null) {
                running.cancel();
            }
        }
    }
}
