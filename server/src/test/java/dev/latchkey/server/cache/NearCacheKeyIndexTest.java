package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.KeyIndexContract;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The near cache over the fake: the contract, and what epochs and leases do. */
class NearCacheKeyIndexTest extends KeyIndexContract {
    private static final KeyDigest DIGEST = new KeyDigest("1.a");
    private static final KeyRecord KEY =
            new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
    private static final CacheLimits LIMITS = new CacheLimits(100, 100, Duration.ofMinutes(5));

    private final InMemoryKeyIndex store = new InMemoryKeyIndex();
    private long nanos;
    private final NearCacheKeyIndex cache = new NearCacheKeyIndex(store, LIMITS, () -> nanos);
    private Lease lease;
    private NearCacheKeyIndex.Epoch epoch;

    @BeforeEach
    void begin() {
        lease = newLease();
        epoch = cache.begin(store, lease);
    }

    @Override
    protected KeyIndex index() {
        return cache;
    }

    @Override
    protected void store(KeyDigest digest, KeyRecord key) {
        store.put(digest, key);
        cache.evictKey(digest);
    }

    @Override
    protected void store(WorkspaceRecord workspace) {
        store.put(workspace);
        cache.evictWorkspace(workspace.id());
    }

    @Test
    void find_hot_readsTheStoreOnceForEach() {
        store(DIGEST, KEY);
        store(new WorkspaceRecord("ws_1", true, 1));

        for (int i = 0; i < 1000; i++) {
            assertThat(cache.findKey(DIGEST).join()).contains(KEY);
            assertThat(cache.findWorkspace("ws_1").join()).isPresent();
        }

        assertThat(store.reads()).isEqualTo(2);
    }

    @Test
    void i7_leaseNotHeld_readsTheStoreEachTimeAndKeepsNothing() {
        store(DIGEST, KEY);
        cache.findKey(DIGEST).join();
        store.put(DIGEST, revoked()); // and no push: the connection is as good as dead

        nanos += TimeUnit.SECONDS.toNanos(2);

        assertThat(cache.open()).isFalse();
        assertThat(cache.findKey(DIGEST).join()).contains(revoked());
        assertThat(cache.counters().bypasses()).isPositive();
    }

    @Test
    void i7_off_leaseThatNeverEnds_isAStaleAnswer() {
        Lease endless = new Lease(Long.MAX_VALUE / 2, () -> nanos, () -> TimeUnit.NANOSECONDS.toMillis(nanos));
        endless.extend(nanos);
        cache.begin(store, endless);
        store(DIGEST, KEY);
        cache.findKey(DIGEST).join();
        store.put(DIGEST, revoked());

        nanos += TimeUnit.SECONDS.toNanos(2);

        assertThat(cache.findKey(DIGEST).join()).contains(KEY);
    }

    @Test
    void i5_newEpoch_knowsNothingOfTheOldOne() {
        store(DIGEST, KEY);
        cache.findKey(DIGEST).join();
        store.put(DIGEST, revoked()); // in the gap between two connections

        cache.end(epoch);
        assertThat(cache.findKey(DIGEST).join()).contains(revoked());
        cache.begin(store, lease);
        assertThat(cache.findKey(DIGEST).join()).contains(revoked());
    }

    @Test
    void stamp_changesWithEpochAndLease() {
        long first = cache.stamp();
        assertThat(first).isNotZero();
        assertThat(cache.stamp()).isEqualTo(first);

        nanos += TimeUnit.SECONDS.toNanos(2);
        assertThat(cache.stamp()).isZero();

        NearCacheKeyIndex.Epoch second = cache.begin(store, newLease());
        assertThat(cache.stamp()).isNotZero().isNotEqualTo(first);
        cache.end(epoch);
        assertThat(cache.stamp()).isNotZero();
        cache.end(second);
        assertThat(cache.stamp()).isZero();
    }

    private Lease newLease() {
        Lease fresh = new Lease(TimeUnit.SECONDS.toNanos(2), () -> nanos, () -> TimeUnit.NANOSECONDS.toMillis(nanos));
        fresh.extend(nanos);
        return fresh;
    }

    private static KeyRecord revoked() {
        return new KeyRecord(
                KEY.id(),
                KEY.workspace(),
                KEY.environment(),
                KEY.scopes(),
                KeyRecord.State.REVOKED,
                KeyRecord.NEVER,
                2);
    }
}
