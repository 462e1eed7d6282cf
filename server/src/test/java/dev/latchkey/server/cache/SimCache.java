package dev.latchkey.server.cache;

import dev.latchkey.index.KeyIndex;
import dev.latchkey.server.feed.SimWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The near cache, whole or with one rule of its records broken. */
public final class SimCache extends NearCacheKeyIndex {
    private static final CacheLimits LIMITS = new CacheLimits(1000, 1000, Duration.ofHours(1));

    private final SimWorld world;
    private final List<CachedRecords<?, ?>> all = new ArrayList<>();
    /** By name, over all epochs. */
    private final Map<Object, CompletableFuture<?>> reads = new HashMap<>();

    public SimCache(SimWorld world, KeyIndex direct) {
        super(direct, LIMITS, world.time::monotonicNanos);
        this.world = world;
    }

    /** Returns the number of reads under way, of whatever epoch. */
    public int flights() {
        return all.stream().mapToInt(CachedRecords::flights).sum();
    }

    @Override
    <K, V> CachedRecords<K, V> records(Function<K, CompletableFuture<Optional<V>>> reader) {
        CachedRecords<K, V> made = switch (world.mutant) {
            case MEMORY_OUTLIVES_CONNECTION -> ofAllEpochs(reader);
            case LATE_ANSWER_STORED_ANEW -> super.records(name -> joined(name, reader));
            case STORED_WITHOUT_PLACEHOLDER -> new Careless<>(reader);
            case KILLED_FLIGHT_JOINED -> new Sociable<>(reader);
            default -> super.records(reader);
        };
        all.add(made);
        return made;
    }

    @SuppressWarnings("unchecked") // Keys and workspaces are made in turn.
    private <K, V> CachedRecords<K, V> ofAllEpochs(Function<K, CompletableFuture<Optional<V>>> reader) {
        int kind = all.size() % 2;
        if (all.size() < 2) {
            return new Outliving<>(reader);
        }
        Outliving<K, V> first = (Outliving<K, V>) all.get(kind);
        first.latest.set(reader);
        return first;
    }

    @SuppressWarnings("unchecked") // A name is of one kind.
    private <K, V> CompletableFuture<Optional<V>> joined(K name, Function<K, CompletableFuture<Optional<V>>> reader) {
        CompletableFuture<?> before = reads.get(name);
        if (before == null || before.isDone()) {
            before = reader.apply(name);
            reads.put(name, before);
        }
        return (CompletableFuture<Optional<V>>) before;
    }

    private class Broken<K, V> extends CachedRecords<K, V> {
        Broken(Function<K, CompletableFuture<Optional<V>>> reader) {
            super(reader, LIMITS, world.time::monotonicNanos, counters());
        }
    }

    private final class Careless<K, V> extends Broken<K, V> {
        Careless(Function<K, CompletableFuture<Optional<V>>> reader) {
            super(reader);
        }

        @Override
        boolean mayStore(Flight<V> answered, @Nullable Flight<V> standing) {
            return true;
        }
    }

    private final class Sociable<K, V> extends Broken<K, V> {
        private final Set<Flight<V>> killed = new HashSet<>();

        Sociable(Function<K, CompletableFuture<Optional<V>>> reader) {
            super(reader);
        }

        @Override
        @Nullable
        Flight<V> afterPush(@Nullable Flight<V> standing) {
            if (standing != null) {
                killed.add(standing);
            }
            return standing;
        }

        @Override
        boolean mayStore(Flight<V> answered, @Nullable Flight<V> standing) {
            return answered == standing && !killed.contains(answered);
        }
    }

    private final class Outliving<K, V> extends Broken<K, V> {
        private final AtomicReference<Function<K, CompletableFuture<Optional<V>>>> latest;

        Outliving(Function<K, CompletableFuture<Optional<V>>> reader) {
            this(new AtomicReference<>(reader));
        }

        private Outliving(AtomicReference<Function<K, CompletableFuture<Optional<V>>>> latest) {
            super(name -> latest.get().apply(name));
            this.latest = latest;
        }
    }
}
