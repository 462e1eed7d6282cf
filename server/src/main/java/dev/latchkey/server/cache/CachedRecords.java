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
 * Records of one kind, in memory, of one epoch.
 *
 * <h2>What could go wrong</h2>
 *
 * A record is read from Redis, changed there, and only then stored here: it would stay, since the push that tells of the change
 * has come and gone. On one connection the push cannot overtake the answer on the wire, but here, between the arrival of an
 * answer and its storing, it can: another thread may do the storing. So nothing relies on threads or on their order.
 *
 * <h2>The rules</h2>
 *
 * <ol>
 *   <li><b>I1, placeholder.</b> A {@link Flight} stands under the name before the read is sent.
 *   <li><b>I2, only its own.</b> An answer is stored only while its own flight still stands there. To look and to store is one
 *       step, atomic with I3.
 *   <li><b>I3, a push takes all.</b> A push for a name removes what is stored under it and the flight that stands there.
 *   <li><b>I4, nobody joins a dead flight.</b> Who comes after the push finds no flight, and reads anew. Who came before it
 *       gets the answer: its question is as old as the change.
 *   <li><b>I5, one epoch.</b> All of this object is of one connection whose tracking was confirmed, and is dropped as a whole
 *       with it. A late answer of an old connection is stored where nobody looks.
 *   <li><b>I6, records, never verdicts.</b> What is kept is what the index holds; what it means for a request is judged each
 *       time.
 *   <li><b>I7, a lease.</b> Nothing is answered from here unless the lease is held; that is {@link NearCacheKeyIndex}'s to see to.
 *   <li><b>I8, an end.</b> A record is read again after its age, whatever was pushed or not; before that, if it is asked for
 *       after a random part of it. Such a read is a flight like any other.
 * </ol>
 *
 * A hit waits for no lock, but for the one that has a record read again. I2 and I3 take the lock of one bin of a hash table, for
 * the time of one store.
 *
 * <p>What is stored is a completed future, the same for each hit, so that a hit makes no garbage.
 *
 * <p>This class is thread-safe.
 */
class CachedRecords<K, V> {
    /** The parts of its age between which a record begins to be read again when asked for, so that no request waits for that. */
    private static final double RENEWAL_EARLIEST = 3 / 8.0;

    private static final double RENEWAL_LATEST = 7 / 8.0;

    private final Function<K, CompletableFuture<Optional<V>>> reader;
    private final LongSupplier nanos;
    private final long maxAgeNanos;
    private final CacheCounters counters;
    private final Cache<K, Entry<V>> present;
    private final Cache<K, Entry<V>> absent;
    private final ConcurrentHashMap<K, Flight<V>> flights = new ConcurrentHashMap<>();

    /** A record until its end, as the answer that each hit gets. */
    private static final class Entry<V> extends CompletableFuture<Optional<V>> {
        // Both are written in the step of I2 only. A hit between the two writes sees the old end: at worst it reads
        // Redis once more.
        private volatile long renewalNanos;
        private volatile long endNanos;

        Entry(Optional<V> record) {
            complete(record);
        }

        boolean holds(Optional<V> record) {
            return join().equals(record);
        }

        /** Begins the age anew: the record was read just now. */
        void begin(long now, long maxAgeNanos) {
            // Random, so that what was stored together is not read again together.
            double renewal = ThreadLocalRandom.current().nextDouble(RENEWAL_EARLIEST, RENEWAL_LATEST);
            renewalNanos = now + (long) (maxAgeNanos * renewal);
            endNanos = now + maxAgeNanos;
        }
    }

    /** A read under way, for all who wait for it: each has a copy, and gives up for itself only. No two are equal. */
    static final class Flight<V> {
        final CompletableFuture<Optional<V>> answer = new CompletableFuture<>();
    }

    /** @param reader over the connection of this epoch; bounded in time and number */
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

    /** Returns the record as memory has it, or else as Redis does. */
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

    /** I3: Redis has said that what it holds under {@code name} has changed. */
    final void evict(K name) {
        flights.compute(name, (same, flight) -> {
            present.invalidate(name);
            absent.invalidate(name);
            return afterPush(flight);
        });
    }

    /** Returns the number of reads under way. */
    final int flights() {
        return flights.size();
    }

    /** I2. Apart, so that a test can show what happens without it. */
    boolean mayStore(Flight<V> answered, @Nullable Flight<V> standing) {
        return answered == standing;
    }

    /** I4: what those who come after a push find to join. Apart, so that a test can show what happens without it. */
    @Nullable
    Flight<V> afterPush(@Nullable Flight<V> standing) {
        return null;
    }

    /** Reads a record again that is in memory and stays in use meanwhile; if that fails, until its end. */
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
        // Somebody's answer may have been stored between the look above and the placing of this flight.
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

    /** Never throws: a flight that is not seen to land would be joined for ever. */
    private CompletableFuture<Optional<V>> read(K name) {
        try {
            return Objects.requireNonNull(reader.apply(name), "read");
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** @param read completed */
    private void land(K name, Flight<V> mine, CompletableFuture<Optional<V>> read) {
        try {
            flights.compute(name, (same, standing) -> {
                if (mayStore(mine, standing) && !read.isCompletedExceptionally()) {
                    store(name, read.join());
                }
                return standing == mine ? null : standing;
            });
        } finally {
            // Whatever went wrong: nobody may wait for this for ever.
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

    /** What is as it was stays the same object: one that is new makes each collection of the young generation longer. */
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

    /** Its upkeep runs where it is needed: no thread of its own, no hand-off. */
    private static <K, E> Cache<K, E> bounded(long entries) {
        return Caffeine.newBuilder()
                .maximumSize(entries)
                .executor(Runnable::run)
                .build();
    }
}
