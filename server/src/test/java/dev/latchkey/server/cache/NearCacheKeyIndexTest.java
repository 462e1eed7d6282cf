package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.decision.Reason;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.KeyIndexContract;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Digests;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.path.CanonicalPath;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The near cache over the fake: the contract, and what epochs and leases do. */
class NearCacheKeyIndexTest extends KeyIndexContract {
    private static final KeyDigest DIGEST = Digests.named("a");
    private static final KeyRecord KEY =
            new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
    private static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    private static final Policy POLICY =
            Policy.parse("{scopes: {a: A, b: B}, routes: [{match: GET /v1/cases, scope: a}]}", "policy.yaml");
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
        endless.extend(endless.send());
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
    void i5_off_epochThatOutlivesItsConnection_isAStaleAnswer() {
        store(DIGEST, KEY);
        cache.findKey(DIGEST).join();

        store.put(DIGEST, revoked()); // in the gap, and nobody ends the epoch

        assertThat(cache.findKey(DIGEST).join()).contains(KEY);
    }

    @Test
    void i5_lateAnswerOfAnOldEpoch_isNotKept() {
        Held held = new Held();
        NearCacheKeyIndex.Epoch old = cache.begin(held, lease);
        CompletableFuture<Optional<KeyRecord>> waiting = cache.findKey(DIGEST);
        cache.end(old);
        store.put(DIGEST, revoked());
        cache.begin(store, newLease());

        held.answer.complete(Optional.of(KEY));

        assertThat(waiting).isCompletedWithValue(Optional.of(KEY));
        assertThat(cache.findKey(DIGEST).join()).contains(revoked());
    }

    /**
     * Every check of a decision fails alone, on a record that is read and on the same one kept: the answer is the same.
     */
    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {
                "OK",
                "UNKNOWN_KEY",
                "REVOKED_KEY",
                "EXPIRED_KEY",
                "WRONG_ENVIRONMENT",
                "WORKSPACE_MISSING",
                "WORKSPACE_INACTIVE",
                "NO_RULE",
                "SCOPE_MISSING"
            })
    void i6_decision_onMissAndOnHit_isTheSame(Reason reason) {
        PresentedKey key = new KeyFormat("opt", false).mint(Environment.LIVE, new SecureRandom());
        boolean revoked = reason == Reason.REVOKED_KEY;
        KeyRecord record = new KeyRecord(
                "key_1",
                "ws_1",
                Environment.LIVE,
                Set.of(reason == Reason.SCOPE_MISSING ? "b" : "a"),
                revoked ? KeyRecord.State.REVOKED : KeyRecord.State.ACTIVE,
                reason == Reason.EXPIRED_KEY ? 1000 : KeyRecord.NEVER,
                1);
        if (reason != Reason.UNKNOWN_KEY) {
            store(PEPPERS.newest(key), record);
        }
        if (reason != Reason.WORKSPACE_MISSING) {
            store(new WorkspaceRecord("ws_1", reason != Reason.WORKSPACE_INACTIVE, 1));
        }
        AccessRequest request = new AccessRequest(
                reason == Reason.WRONG_ENVIRONMENT ? new RouteConfig(true, Environment.TEST, null) : RouteConfig.NONE,
                "api.example.com",
                "GET",
                CanonicalPath.parse(reason == Reason.NO_RULE ? "/other" : "/v1/cases"),
                new Credential.Presented(key),
                false);
        Decider decider = new Decider(new Policies(POLICY, Map.of()), PEPPERS, cache, () -> 1000);

        Decision miss = decider.decide(request).join();
        int reads = store.reads();
        Decision hit = decider.decide(request).join();

        assertThat(miss.reason()).isEqualTo(reason);
        assertThat(hit).isEqualTo(miss);
        assertThat(store.reads()).isEqualTo(reads);
    }

    @Test
    void i6_keptRecordThatExpires_isRefusedFromThatMillisecondOn() {
        PresentedKey key = new KeyFormat("opt", false).mint(Environment.LIVE, new SecureRandom());
        store(
                PEPPERS.newest(key),
                new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, 2000, 1));
        store(new WorkspaceRecord("ws_1", true, 1));
        AtomicLong now = new AtomicLong(1999);
        Decider decider = new Decider(new Policies(POLICY, Map.of()), PEPPERS, cache, now::get);
        AccessRequest request = new AccessRequest(
                RouteConfig.NONE,
                "api.example.com",
                "GET",
                CanonicalPath.parse("/v1/cases"),
                new Credential.Presented(key),
                false);

        assertThat(decider.decide(request).join().reason()).isEqualTo(Reason.OK);
        now.set(2000);
        assertThat(decider.decide(request).join().reason()).isEqualTo(Reason.EXPIRED_KEY);
    }

    @Test
    void stamp_changesWithEpochAndLease() {
        long first = cache.stamp();
        assertThat(first).isNotZero();
        assertThat(cache.stamp()).isEqualTo(first);

        nanos += TimeUnit.SECONDS.toNanos(2);
        long between = cache.stamp();
        assertThat(between).isNotPositive();

        NearCacheKeyIndex.Epoch second = cache.begin(store, newLease());
        assertThat(cache.stamp()).isNotZero().isNotEqualTo(first);
        cache.end(epoch);
        assertThat(cache.stamp()).isNotZero();
        cache.end(second);
        assertThat(cache.stamp()).isNotPositive().isNotEqualTo(between);
    }

    /** Answers when it is told to. */
    private static final class Held implements KeyIndex {
        private final CompletableFuture<Optional<KeyRecord>> answer = new CompletableFuture<>();

        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            return answer;
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return new CompletableFuture<>();
        }
    }

    private Lease newLease() {
        Lease fresh = new Lease(TimeUnit.SECONDS.toNanos(2), () -> nanos, () -> TimeUnit.NANOSECONDS.toMillis(nanos));
        fresh.extend(fresh.send());
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
