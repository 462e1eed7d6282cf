package dev.latchkey.server.feed;

import dev.latchkey.decision.Decider;
import dev.latchkey.index.BoundedKeyIndex;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.ReadBudget;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.server.cache.Lease;
import dev.latchkey.server.cache.SimCache;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real near cache, feed, lease and decider, put together as in a sidecar. */
final class SimSidecar {
    private static final long PERIOD = SimHistory.LEASE / InvalidationFeed.BEATS_PER_LEASE;

    private final SimWorld world;
    private final boolean crowded;
    private final ReadBudget reads;
    private final SimCache cache;
    private final SimLink link;
    private final InvalidationFeed feed;
    private final IndexClock clock;
    private final Map<EpochEnd, Integer> ends = new EnumMap<>(EpochEnd.class);
    private boolean running = true;

    SimSidecar(SimWorld world) {
        this.world = world;
        crowded = world.dice.oneIn(16);
        reads = new ReadBudget(crowded ? 2 : 1000);
        SimTime time = world.time;
        clock = new IndexClock(time::wallMillis, time::monotonicNanos);
        cache = new SimCache(world, new BoundedKeyIndex(new SimDirect(world), reads));
        link = new SimLink(world);
        InvalidationFeed.Parts parts = new InvalidationFeed.Parts(
                cache,
                SimRecords.SCHEMA,
                clock,
                index -> new BoundedKeyIndex(index, reads),
                new Listener(),
                this::lease,
                time::monotonicNanos);
        feed = new InvalidationFeed(link, parts, SimHistory.LEASE);
    }

    private final class Listener implements FeedListener {
        @Override
        public void ended(EpochEnd cause) {
            world.history.note(() -> "epoch ends: " + cause);
            ends.merge(cause, 1, Integer::sum);
        }

        @Override
        public void canary(long millis) {}
    }

    private Lease lease() {
        SimTime time = world.time;
        return switch (world.mutant) {
            case LEASE_WITHOUT_END -> new Lease(1000 * SimHistory.LEASE, time::monotonicNanos, time::wallMillis);
            case LEASE_WITHOUT_WALL_CLOCK ->
                new Lease(
                        SimHistory.LEASE,
                        time::monotonicNanos,
                        () -> TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos()));
            case LEASE_FROM_REPLY ->
                new Lease(SimHistory.LEASE, time::monotonicNanos, time::wallMillis) {
                    @Override
                    public void extend(Sent sent) {
                        super.extend(send());
                    }
                };
            default -> new Lease(SimHistory.LEASE, time::monotonicNanos, time::wallMillis);
        };
    }

    /** The near cache for one check. What is found may reach the decider a while later. */
    private final class Stepped implements KeyIndex {
        private long stamp;
        private boolean usedMemory;

        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            return later(cache.findKey(digest));
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return later(cache.findWorkspace(id));
        }

        @Override
        public long stamp() {
            // The one before is that of the attempt which now comes to its end.
            usedMemory = stamp > 0;
            stamp = cache.stamp();
            return world.mutant == SimMutant.STAMP_NOT_COMPARED ? 1 : stamp;
        }

        private <T> CompletableFuture<T> later(CompletableFuture<T> found) {
            if (!world.dice.oneIn(16)) {
                return found;
            }
            CompletableFuture<T> result = new CompletableFuture<>();
            var unused = found.whenComplete((value, failure) ->
                    world.time.sidecar(world.dice.below(20 * SimTime.MILLI), () -> complete(result, value, failure)));
            return result;
        }
    }

    private static <T> void complete(CompletableFuture<T> result, T value, Throwable failure) {
        if (failure == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(failure);
        }
    }

    void start() {
        link.start();
        beat();
    }

    /** No more heartbeats, so that time can come to an end. */
    void stop() {
        running = false;
    }

    private void beat() {
        world.time.timer(PERIOD, () -> {
            if (running) {
                feed.beat();
                beat();
            }
        });
    }

    /** A check begins now, and is taken up as soon as the process runs. */
    void check(int key) {
        SimHistory.Question question = world.history.asked(key);
        world.time.sidecar(0, () -> {
            Stepped index = new Stepped();
            var unused = new Decider(SimRecords.POLICIES, SimRecords.PEPPERS, index, clock)
                    .decide(SimRecords.request(key))
                    .thenAccept(decision -> world.history.answered(question, decision, index.usedMemory));
        });
    }

    /** Tells whether checks may fail although nothing is wrong, since few may be under way at once. */
    boolean isCrowded() {
        return crowded;
    }

    /** Tells how often something was answered from memory. */
    long hits() {
        return cache.counters().hits();
    }

    /** Returns the number of reads that were begun and not ended. */
    int readsUnderWay() {
        return reads.underWay() + cache.flights();
    }

    Map<EpochEnd, Integer> ends() {
        return ends;
    }
}
