package dev.latchkey.control.revocation;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.imports.ManyKeys;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RefusingProxy;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MassRevocationTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String AUDIT = "latchkey:ledger:{ws_1}:audit";
    private static final String PENDING = "latchkey:ledger:{ws_1}:pending";
    private static final int KEYS = 2000;

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void revokeAll_manyKeys_eachIsRevokedInTheIndexAndAuditedOnce() {
        List<ManagedKey> keys = ManyKeys.fill(REDIS, "ws_1", KEYS, i -> ManyKeys.key("ws_1", i));
        control.workspaces.create(ALICE, "ws_2", "");
        ManagedKey other = create("ws_2");
        ManagedKey before = create("ws_1");
        var unused = control.keys.revoke(BOB, new KeyName("ws_1", before.id()), "earlier");

        assertThat(control.keys.revokeAll(ALICE, "ws_1", "leaked")).isEqualTo(new RevokedKeys(KEYS, true));

        assertThat(keys)
                .allSatisfy(key -> assertThat(control.indexed(key)).get().matches(KeyRecord::revoked));
        assertThat(control.indexed(other)).get().matches(record -> !record.revoked());
        assertThat(audited("leaked")).hasSize(KEYS).doesNotHaveDuplicates();
        assertThat(audited("earlier")).containsExactly(before.id());
        assertThat(REDIS.commands().exists(PENDING)).isZero();
        assertThat(control.listing
                        .list(KeyQuery.active("ws_1"), new PageRequest(0, ""))
                        .items())
                .isEmpty();
        assertThat(control.keys.revokeAll(ALICE, "ws_1", "leaked")).as("again").isEqualTo(new RevokedKeys(0, true));
    }

    @Test
    void revokeAll_timeIsUp_saysSoAndTheNextCallsGoOn() throws IOException {
        ManyKeys.fill(REDIS, "ws_1", 25, i -> ManyKeys.key("ws_1", i));
        AtomicInteger revoked = new AtomicInteger();
        // Time passes with each key: ten fit.
        try (SlowIndex slow = new SlowIndex(Duration.ofMillis(MassRevocation.TURN.toMillis() / 10))) {
            List<RevokedKeys> calls = new ArrayList<>();
            while (calls.isEmpty() || !calls.get(calls.size() - 1).done()) {
                calls.add(slow.control.keys.revokeAll(ALICE, "ws_1", ""));
            }
            assertThat(calls)
                    .containsExactly(new RevokedKeys(10, false), new RevokedKeys(10, false), new RevokedKeys(5, true));
            calls.forEach(call -> revoked.addAndGet(call.revoked()));
        }
        assertThat(revoked).hasValue(25);
    }

    @Test
    void revokeAll_aKeyTakesLongerThanTheTime_stillGetsOn() throws IOException {
        ManyKeys.fill(REDIS, "ws_1", 2, i -> ManyKeys.key("ws_1", i));
        try (SlowIndex slow = new SlowIndex(MassRevocation.TURN.multipliedBy(2))) {
            assertThat(slow.control.keys.revokeAll(ALICE, "ws_1", "")).isEqualTo(new RevokedKeys(1, false));
            assertThat(slow.control.keys.revokeAll(ALICE, "ws_1", "")).isEqualTo(new RevokedKeys(1, true));
        }
    }

    @Test
    void revokeAll_redisStopsInTheMiddle_tellsHowManyAndIsResumable() {
        List<ManagedKey> keys = ManyKeys.fill(REDIS, "ws_1", KEYS, i -> ManyKeys.key("ws_1", i));
        CompletableFuture<RevokedKeys> call =
                CompletableFuture.supplyAsync(() -> control.keys.revokeAll(ALICE, "ws_1", ""));
        Awaitility.await().until(() -> REDIS.commands().xlen(AUDIT) > 50);
        REDIS.pause();
        try {
            assertThatThrownBy(call::join)
                    .hasCauseInstanceOf(RefusedException.class)
                    .satisfies(e ->
                            assertThat(((RefusedException) e.getCause()).kind()).isEqualTo(Kind.UNAVAILABLE))
                    .hasMessageMatching("(?s).*this call has revoked [1-9][0-9]* keys of ws_1; repeat the call.*");
        } finally {
            REDIS.resume();
        }

        Awaitility.await()
                .ignoreExceptions()
                .until(() -> control.keys.revokeAll(ALICE, "ws_1", "").done());
        assertThat(keys)
                .allSatisfy(key -> assertThat(control.indexed(key)).get().matches(KeyRecord::revoked));
        assertThat(audited("")).hasSize(KEYS).doesNotHaveDuplicates();
    }

    /** As after a crash between the ledger's step and the index: the key is revoked in the ledger alone. */
    @Test
    void revokeAll_earlierRevokesAreNotInTheIndexYet_isDoneOnlyWhenTheyAre() {
        ManagedKey key = create("ws_1");
        var unused = control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");
        REDIS.commands().hset("latchkey:key:" + key.digest().text(), "state", "active");
        REDIS.commands().hset("latchkey:key:" + key.digest().text(), "rev", "1");
        REDIS.commands().hset(PENDING, key.id(), "2");

        assertThat(control.keys.revokeAll(ALICE, "ws_1", "")).isEqualTo(new RevokedKeys(0, true));
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(REDIS.commands().exists(PENDING)).isZero();
    }

    @Test
    void revokeAll_keysAreMadeMeanwhile_noneIsHalfRevokedAndALaterCallHasThemAll() throws Exception {
        ManyKeys.fill(REDIS, "ws_1", 500, i -> ManyKeys.key("ws_1", i));
        CompletableFuture<RevokedKeys> call =
                CompletableFuture.supplyAsync(() -> control.keys.revokeAll(ALICE, "ws_1", ""));
        List<ManagedKey> made = new ArrayList<>();
        try (TestControl other = new TestControl(REDIS.uri())) {
            while (!call.isDone()) {
                try {
                    made.add(other.keys
                            .create(BOB, TestControl.newKey("ws_1"))
                            .view()
                            .key());
                } catch (RefusedException e) {
                    // Revoked before its secret was shown, and so not made.
                    assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
                }
            }
        }
        assertThat(call.get().done()).isTrue();
        assertThat(made)
                .isNotEmpty()
                .allSatisfy(key -> assertThat(control.indexed(key))
                        .get()
                        .extracting(KeyRecord::revoked)
                        .isEqualTo(control.keys
                                .get(new KeyName("-", key.id()))
                                .key()
                                .closed()));

        assertThat(control.keys.revokeAll(ALICE, "ws_1", "").done()).isTrue();
        assertThat(made)
                .allSatisfy(key -> assertThat(control.indexed(key)).get().matches(KeyRecord::revoked));
    }

    @Test
    void revokeAll_byTwoAtOnce_eachKeyIsCountedOnce() throws Exception {
        ManyKeys.fill(REDIS, "ws_1", 300, i -> ManyKeys.key("ws_1", i));
        try (TestControl other = new TestControl(REDIS.uri())) {
            CompletableFuture<RevokedKeys> call =
                    CompletableFuture.supplyAsync(() -> other.keys.revokeAll(BOB, "ws_1", ""));
            RevokedKeys mine = control.keys.revokeAll(ALICE, "ws_1", "");
            assertThat(mine.revoked() + call.get().revoked()).isEqualTo(300);
        }
        assertThat(audited("")).hasSize(300).doesNotHaveDuplicates();
    }

    @Test
    void revokeAll_oneKeyCannotBe_theOthersAreAndItIsNamed() {
        ManagedKey first = create("ws_1");
        ManagedKey damaged = create("ws_1");
        ManagedKey last = create("ws_1");
        REDIS.commands().hset("latchkey:key:" + first.digest().text(), "id", "key_other");
        REDIS.commands().hset("latchkey:ledger:{ws_1}:records", damaged.id(), "damage");

        assertThatThrownBy(() -> control.keys.revokeAll(ALICE, "ws_1", ""))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessageContaining(first.id())
                .hasMessageContaining(damaged.id());
        assertThat(control.indexed(last)).get().matches(KeyRecord::revoked);
    }

    @Test
    void revokeAll_wrongRequest_namesAllThatIsWrong() {
        assertThatThrownBy(() -> control.keys.revokeAll(ALICE, "-", "a\nb"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactly("workspace", "reason"));
        assertThatThrownBy(() -> control.keys.revokeAll(ALICE, "ws_9", ""))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    }

    @Test
    void revokeAll_redisIsDown_isUnavailable() throws InterruptedException {
        REDIS.kill();
        assertThatThrownBy(() -> control.keys.revokeAll(ALICE, "ws_1", "")).isInstanceOf(StoreException.class);
    }

    private ManagedKey create(String workspace) {
        return control.keys.create(ALICE, TestControl.newKey(workspace)).view().key();
    }

    /** Returns the keys whose revokes are in the trail, with this reason. */
    private static List<String> audited(String reason) {
        return REDIS.commands().xrange(AUDIT, Range.unbounded()).stream()
                .map(StreamMessage::getBody)
                .filter(entry ->
                        "key.revoke".equals(entry.get("action")) && reason.equals(entry.getOrDefault("reason", "")))
                .map(entry -> entry.getOrDefault("key", ""))
                .toList();
    }

    /** A control plane on whose clock each write to the index takes some time. */
    private static final class SlowIndex implements AutoCloseable {
        final TestControl control;
        private final RefusingProxy proxy;
        private volatile Optional<FakeClock> clock = Optional.empty();

        SlowIndex(Duration write) throws IOException {
            proxy = new RefusingProxy(REDIS.port(), command -> {
                if (command.size() > 3 && command.get(3).startsWith("latchkey:key:")) {
                    clock.ifPresent(its -> its.advance(write));
                }
                return Optional.empty();
            });
            control = new TestControl("redis://127.0.0.1:" + proxy.port());
            clock = Optional.of(control.clock);
        }

        @Override
        public void close() throws IOException {
            control.close();
            proxy.close();
        }
    }
}
