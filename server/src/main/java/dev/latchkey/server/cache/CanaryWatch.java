package dev.latchkey.server.cache;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether pushes arrive on a connection at all: a control plane that is alive writes the canary each second, and a push must
 * tell of it. This class is thread-safe; the looks are to be taken one after the other.
 */
final class CanaryWatch {
    private final AtomicLong pushes = new AtomicLong();
    private volatile Look last = new Look(0, 0);

    /**
     * The canary as one heartbeat saw it.
     *
     * @param writtenAt epoch milliseconds by Redis' clock, 0 if there is none
     * @param pushesBefore pushes of it before the heartbeat was sent
     */
    record Look(long writtenAt, long pushesBefore) {}

    /** A push of the canary has arrived. */
    void pushed() {
        pushes.incrementAndGet();
    }

    long pushes() {
        return pushes.get();
    }

    /** Takes note of a look, and tells whether the canary was written since the one before without a push. */
    boolean missed(Look now) {
        Look before = last;
        last = now;
        // The push would have come before the answer that shows what was written.
        return before.writtenAt > 0 && now.writtenAt != before.writtenAt && pushes.get() == before.pushesBefore;
    }
}
