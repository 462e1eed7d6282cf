package dev.latchkey.server.authz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.FaultLog;
import dev.latchkey.decision.Reason;
import dev.latchkey.key.KeyFormat;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ServerServiceDefinition;
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
 * The gRPC service that answers Envoy's checks ({@code envoy.service.auth.v3.Authorization}). Every check gets exactly
 * one response: the decision, or a denial with reason {@code store_timeout} if the decision is late. That denial is
 * sent before Envoy's own timeout, which Envoy would treat as an error and might let pass. A cancelled check gets no
 * response, because Envoy no longer waits for it.
 *
 * <p>Checks run on gRPC's event loops and never block them: a response that depends on Redis is sent from the thread on
 * which the record arrives, or from the timer's thread on a timeout. This class is thread-safe.
 */
public final class AuthorizationService implements BindableService {
    private static final Logger log = LoggerFactory.getLogger(AuthorizationService.class);

    private final CheckRequests requests;
    private final Decider decider;
    private final CheckResponses responses;
    private final DecisionListener listener;
    private final Timer timer;
    private final long timeoutNanos;
    private final FaultLog undecodable =
            new FaultLog(log, "a check request could not be decoded and is denied", System::nanoTime);
    private final FaultLog undecided = new FaultLog(log, "a check was not decided", System::nanoTime);
    private final FaultLog unwritten = new FaultLog(log, "an answer could not be written", System::nanoTime);

    /**
     * @param timer runs the timeouts of checks that wait for Redis
     * @param timeout the upper bound for the duration of a check, also if Envoy allows more
     */
    public AuthorizationService(
            KeyFormat format,
            Decider decider,
            AnswerStyle style,
            DecisionListener listener,
            Timer timer,
            Duration timeout) {
        IdentityHeaders identity = new IdentityHeaders(style);
        this.requests = new CheckRequests(format, identity);
        this.decider = decider;
        this.responses = new CheckResponses(style, identity);
        this.listener = listener;
        this.timer = timer;
        this.timeoutNanos = timeout.toNanos();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckMethod.bind(this);
    }

    /** Returns the response to a check that was shed under load before its message had ended, and counts it. */
    public Object overloaded() {
        listener.decided(Decision.Deny.of(Reason.OVERLOADED), /* nanos= */ 0);
        return responses.overloaded();
    }

    void check(byte[] request, StreamObserver<WireResponse> observer) {
        Answer answer = new Answer(observer, System.nanoTime());
        try {
            answer.begin(request);
        } catch (Throwable t) {
            // Any throwable becomes a denial: gRPC would answer with an error, and Envoy might let an error pass.
            answer.accept(null, t);
        }
    }

    private long budgetNanos() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return timeoutNanos;
        }
        // A quarter of the remaining time is reserved for the way back to Envoy: 50 ms of Envoy's 200 ms.
        return Math.min(timeoutNanos, deadline.timeRemaining(TimeUnit.NANOSECONDS) / 4 * 3);
    }

    /** The response to one check; the boolean is true once the response was sent or is no longer wanted. */
    private final class Answer extends AtomicBoolean
            implements BiConsumer<Decision, @Nullable Throwable>, TimerTask, Runnable {
        private static final long serialVersionUID = 1L;

        private final transient StreamObserver<WireResponse> observer;
        private final long start;
        private final long budgetNanos;
        private transient volatile @Nullable IncomingCheck check;
        private transient volatile @Nullable Timeout timeout;

        Answer(StreamObserver<WireResponse> observer, long start) {
            this.observer = observer;
            this.start = start;
            this.budgetNanos = budgetNanos();
        }

        void begin(byte[] request) {
            // Also needed for immediate responses: without a cancel handler, responding to a cancelled call throws.
            if (observer instanceof ServerCallStreamObserver<WireResponse> call) {
                call.setOnCancelHandler(this);
            }
            IncomingCheck read;
            try {
                read = requests.read(request);
            } catch (InvalidProtocolBufferException e) {
                give(Decision.Deny.of(Reason.INTERNAL));
                undecodable.report(e);
                return;
            }
            check = read;
            CompletableFuture<Decision> decision = decider.decide(read.access());
            if (decision.isDone()) {
                accept(decision.join(), null);
            } else {
                // Set before the callback is registered, so that accept() finds the timeout to cancel.
                timeout = timer.newTimeout(this, budgetNanos, TimeUnit.NANOSECONDS);
                var unused = decision.whenComplete(this);
            }
        }

        @Override
        public void accept(@Nullable Decision decision, @Nullable Throwable failure) {
            stopTimer();
            if (decision == null || failure != null) {
                give(Decision.Deny.of(Reason.INTERNAL));
                undecided.report(failure == null ? new NullPointerException("decision") : failure);
            } else {
                // An exception, a null and a late allow cannot become an allow here.
                give(inTime(decision));
            }
        }

        /**
         * Replaces a late allow by a denial, because the allow relies on a record that was read too long ago. The
         * timer alone does not ensure this, because it can be late as well. An allow without a key relies on no
         * record and stands.
         */
        private Decision inTime(Decision decision) {
            boolean late = System.nanoTime() - start > budgetNanos;
            return late && decision instanceof Decision.Allow && decision.key() != null
                    ? Decision.Deny.of(Reason.STORE_TIMEOUT)
                    : decision;
        }

        @Override
        public void run(Timeout expired) {
            give(Decision.Deny.of(Reason.STORE_TIMEOUT));
        }

        /** Runs when the call is cancelled. */
        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                stopTimer();
            }
        }

        private void give(Decision decision) {
            if (!compareAndSet(false, true)) {
                return;
            }
            try {
                observer.onNext(response(decision));
                observer.onCompleted();
                listener.decided(decision, System.nanoTime() - start);
            } catch (Throwable t) {
                unwritten.report(t);
            }
        }

        private WireResponse response(Decision decision) {
            IncomingCheck read = check;
            try {
                return read == null ? responses.unreadable() : responses.of(decision, read);
            } catch (Throwable t) {
                unwritten.report(t);
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
