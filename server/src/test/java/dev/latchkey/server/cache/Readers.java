package dev.latchkey.server.cache;

import dev.latchkey.decision.Reason;
import dev.latchkey.server.feed.RealFeed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/** Threads that ask about the one key all the time, and count what is allowed after the end of an epoch was known. */
public final class Readers implements AutoCloseable {
    private final ExecutorService threads;
    private final LongAdder asked = new LongAdder();
    private final LongAdder staleAllows = new LongAdder();
    private volatile boolean stopped;

    public Readers(RealFeed near, int count) {
        threads = Executors.newFixedThreadPool(count);
        for (int i = 0; i < count; i++) {
            threads.execute(() -> {
                while (!stopped) {
                    boolean ended = !near.ends.isEmpty();
                    if (near.decide() == Reason.OK && ended) {
                        staleAllows.increment();
                    }
                    asked.increment();
                }
            });
        }
    }

    /** Waits until so many more questions have been answered. */
    public void awaitMore(long questions) {
        long before = asked.sum();
        RealFeed.patiently().until(() -> asked.sum() >= before + questions);
    }

    public long staleAllows() {
        return staleAllows.sum();
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
    }
}
