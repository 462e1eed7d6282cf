package dev.latchkey.server.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An in-memory map of the records of one kind (keys or workspaces) during one epoch.
 *
 * <h2>The race</h2>
 *
 * A naive cache reads a record, and stores the answer when it arrives. If the record changes in Redis between the read
 * and the store, the invalidation push finds nothing to evict, and the old record is stored after it. It then stays,
 * because no second push announces the same change. On one connection a push cannot overtake an earlier answer on the
 * wire. Inside the process it can, between the arrival of an answer and its store, because another thread may do the
 * storing. Correctness therefore does not depend on which threads run this code, nor on their order.
 *
 * <h2>Invariants</h2>
 *
 * <ol>
 *   <li><b>I1, placeholder.</b> A {@link Flight} is registered under the name before the read is sent.
 *   <li><b>I2, own flight only.</b> An answer is stored only if its own flight is still registered. The check and the
 *       store are one atomic step with respect to I3.
 *   <li><b>I3, a push removes everything.</b> A push for a name removes both the stored record
 *       and the registered flight.
 *   <li><b>I4, no caller joins an invalidated flight.</b> A caller that arrives after the push finds no flight and
 *       starts a new read. A caller that joined before the push gets the answer of the old flight, because it asked
 *       before the change was known here.
 *   <li><b>I5, one epoch.</b> An instance belongs to one connection whose tracking was confirmed, and is dropped as a
 *       whole with that connection. A late answer of an old connection is stored in an instance that is no longer read.
 *   <li><b>I6, records, never verdicts.</b> The cache holds what the index holds. What a record means for a request is
 *       judged for every request.
 *   <li><b>I7, lease.</b> Records are served only while the lease is held. {@link NearCacheKeyIndex} enforces this.
 *   <li><b>I8, maximum age.</b> A record is read again once it reaches its maximum age, whether or not a push arrived.
 *       It is renewed earlier if it is requested after a random part of that age. A renewal is a flight like any other.
 * </ol>
 *
 * A hit never waits for a lock, unless the record is due for renewal. I2 and I3 hold the lock of one hash table bin,
 * for the duration of one store.
 *
 * <p>The stored value is a completed future that every hit returns, so that a hit allocates nothing.
 *
 * <p>This class is thread-safe.
 */
class CachedRecords<K, V> {
    /**
     * The range, as fractions of the maximum age, from which a record's renewal time is drawn. A request after that
     * time starts a renewal in the background, so that no request waits for the read.
     */
    private static final double RENEWAL_EARLIEST = 3 / 8.0;

    private static final double RENEWAL_LATEST = 7 / 8.0;

    private final Function<K, CompletableFuture<Optional<V>>> reader;
    private final LongSupplier nanos;
    private final long maxAgeNanos;
    private final CacheCounters counters;
    private final Cache<K, Entry<V>> present;
    private final Cache<K, Entry<V>> absent;
    private final ConcurrentHashMap<K, Flight<V>> flights = new ConcurrentHashMap<>();

    /** A cached record, and the completed future that every hit returns. */
    private static final class Entry<V> extends CompletableFuture<Optional<V>> {
        // Both fields are written only in the atomic step of I2. A hit between the two writes sees the old expiry: at
        // worst it causes one more read from Redis.
        private volatile long renewalNanos;
        private volatile long endNanos;

        Entry(Optional<V> record) {
            complete(record);
        }

        boolean holds(Optional<V> record) {
            return join().equals(record);
        }

        /** Restarts the age, because the record has just been read. */
        void begin(long now, long maxAgeNanos) {
            // Random, so that records that were stored together are not renewed together.
            double renewal = ThreadLocalRandom.current().nextDouble(RENEWAL_EARLIEST, RENEWAL_LATEST);
            renewalNanos = now + (long) (maxAgeNanos * renewal);
            endNanos = now + maxAgeNanos;
        }
    }

    /**
     * A read in flight, shared by all callers that wait for it. Each caller has a copy of the future, so cancelling it
     * affects no other caller. Flights are compared by identity.
     */
    static final class Flight<V> {
        final CompletableFuture<Optional<V>> answer = new CompletableFuture<>();
    }

    /** @param reader reads over the connection of this epoch; bounded in time and in concurrent reads */
    CachedRecords(
            Function<K, CompletableFuture<Optional<V>>> reader,
            CacheLimits limits,
            LongSupplier nanos,
            CacheCounters counters) {
        this.reader = reader;
        this.nanos = nanos;
        this.maxAgeNanos = limits.maxAge().toNanos();
        this.counters = counters;
        this.present = bounded(limits.entries());
        this.absent = bounded(limits.absent());
    }

    /** Returns the record from memory, or reads it from Redis. */
    final CompletableFuture<Optional<V>> find(K name) {
        Entry<V> entry = fresh(present, name);
        if (entry != null) {
            counters.hits.increment();
            return entry;
        }
        entry = fresh(absent, name);
        if (entry != null) {
            counters.absentHits.increment();
            return entry;
        }
        return join(name);
    }

    /** Removes the record and the flight of {@code name}, because Redis has pushed a change of it (I3). */
    final void evict(K name) {
        flights.compute(name, (same, flight) -> {
            present.invalidate(name);
            absent.invalidate(name);
            return afterPush(flight);
        });
    }

    /** Returns the number of reads in flight. */
    final int flights() {
        return flights.size();
    }

    /**
     * Returns whether an answer may be stored (I2). A separate method, so that a test can override it and show
     * the fault without I2.
     */
    boolean mayStore(Flight<V> answered, @Nullable Flight<V> standing) {
        return answered == standing;
    }

    /**
     * Returns the flight that callers can join after a push: none (I4). A separate method, so that a test can override
     * it and show the fault without I4.
     */
    @Nullable
    Flight<V> afterPush(@Nullable Flight<V> standing) {
        return null;
    }

    /**
     * Starts a read that renews a record. The stored record stays in use meanwhile and, if the read
     * fails, until it expires.
     */
    private void renew(K name) {
        Flight<V> mine = new Flight<>();
        if (flights.putIfAbsent(name, mine) == null) {
            counters.renewals.increment();
            depart(name, mine);
        }
    }

    private CompletableFuture<Optional<V>> join(K name) {
        Flight<V> mine = new Flight<>();
        Flight<V> other = flights.putIfAbsent(name, mine);
        if (other != null) {
            counters.joins.increment();
            return other.answer.copy();
        }
        // Between the caller's lookup and the registration of this flight, another flight may have landed
        // and stored its answer.
        Entry<V> meanwhile = fresh(present, name);
        if (meanwhile != null) {
            flights.remove(name, mine);
            mine.answer.complete(meanwhile.join());
            return mine.answer;
        }
        counters.misses.increment();
        depart(name, mine);
        return mine.answer.copy();
    }

    private void depart(K name, Flight<V> mine) {
        CompletableFuture<Optional<V>> read = read(name);
        var unused = read.whenComplete((record, failure) -> land(name, mine, read));
    }

    /** Starts the read. Never throws: a flight that never lands would be joined forever. */
    private CompletableFuture<Optional<V>> read(K name) {
        try {
            return Objects.requireNonNull(reader.apply(name), "read");
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Stores the answer of a flight if I2 allows it, removes the flight, and completes its callers.
     *
     * @param read completed
     */
    private void land(K name, Flight<V> mine, CompletableFuture<Optional<V>> read) {
        try {
            flights.compute(name, (same, standing) -> {
                if (mayStore(mine, standing) && !read.isCompletedExceptionally()) {
                    store(name, read.join());
                }
                return standing == mine ? null : standing;
            });
        } finally {
            // Also if the store failed: no caller must wait forever.
            flights.remove(name, mine);
            answer(mine, read);
        }
    }

    private static <V> void answer(Flight<V> mine, CompletableFuture<Optional<V>> read) {
        var unused = read.whenComplete((record, failure) -> {
            if (failure == null) {
                mine.answer.complete(record);
            } else {
                mine.answer.completeExceptionally(failure);
            }
        });
    }

    /**
     * Stores an answer. An unchanged record keeps its entry object, because new entries are promoted to the old
     * generation one by one and make each young collection longer.
     */
    private void store(K name, Optional<V> record) {
        Cache<K, Entry<V>> cache = record.isPresent() ? present : absent;
        Entry<V> known = cache.getIfPresent(name);
        Entry<V> entry = known != null && known.holds(record) ? known : new Entry<>(record);
        entry.begin(nanos.getAsLong(), maxAgeNanos);
        if (entry != known) {
            cache.put(name, entry);
            (record.isPresent() ? absent : present).invalidate(name);
        }
    }

    /** Returns the entry if it has not expired, and starts its renewal if that is due. */
    private @Nullable Entry<V> fresh(Cache<K, Entry<V>> cache, K name) {
        Entry<V> entry = cache.getIfPresent(name);
        if (entry == null) {
            return null;
        }
        long now = nanos.getAsLong();
        if (now - entry.endNanos >= 0) {
            return null;
        }
        if (now - entry.renewalNanos >= 0) {
            renew(name);
        }
        return entry;
    }

    /** Returns a bounded cache that runs its maintenance on the calling thread: no extra thread, no handoff. */
    private static <K, E> Cache<K, E> bounded(long entries) {
        return Caffeine.newBuilder()
                .maximumSize(entries)
                .executor(Runnable::run)
                .build();
    }
}
