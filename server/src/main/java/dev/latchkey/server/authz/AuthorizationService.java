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
 * Answers Envoy's checks ({@code envoy.service.auth.v3.Authorization}). Every check is answered exactly once: with the
 * decision, or, when that is not there in time, with a denial as {@code store_timeout}, before Envoy's own timeout would turn
 * into an error that it may let pass. A cancelled check gets no answer, Envoy has gone on by then.
 *
 * <p>Runs on gRPC's event loop and never blocks it: an answer that waits for Redis is sent from the thread that the record
 * arrives on.
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
     * @param timer ends waiting
     * @param timeout the most that one check may take, whatever Envoy allows
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

    /** Returns, and counts, the answer to a check that had to give way to others before its message had ended. */
    public Object overloaded() {
        listener.decided(Decision.Deny.of(Reason.OVERLOADED), /* nanos= */ 0);
        return responses.overloaded();
    }

    void check(byte[] request, StreamObserver<WireResponse> observer) {
        Answer answer = new Answer(observer, System.nanoTime());
        try {
            answer.begin(request);
        } catch (Throwable t) {
            // Whatever it is: left to gRPC it would be an error, and errors may pass.
            answer.accept(null, t);
        }
    }

    private long budgetNanos() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return timeoutNanos;
        }
        // A quarter is kept for the way back: of Envoy's 200 ms, 50.
        return Math.min(timeoutNanos, deadline.timeRemaining(TimeUnit.NANOSECONDS) / 4 * 3);
    }

    /** The one answer to one check; true once it was given or is no longer wanted. */
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
            // Also for answers given at once: without a handler, answering a cancelled call throws.
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
                give(inTime(decision));
            }
        }

        /** An allow that comes too late rests on what was true too long ago; the timer alone could be late as well. */
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

        /** The call was cancelled. */
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
