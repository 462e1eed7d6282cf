package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static dev.latchkey.control.Callers.CAROL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two control planes on one Redis, at the same time. */
class ConcurrentManagersTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int ROUNDS = 50;

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private TestControl one;
    private TestControl two;

    @BeforeEach
    void open() {
        one = new TestControl(REDIS.uri());
        two = new TestControl(REDIS.uri());
        one.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        one.close();
        two.close();
    }

    @Test
    void revoke_byBothAtOnce_bothSucceedAndOneHasDoneIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key =
                    one.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
            KeyName name = new KeyName("ws_1", key.id());
            List<KeyView> views = atOnce(
                    () -> one.keys.revoke(ALICE, name, ""),
                    () -> two.keys.revoke(BOB, name, ""),
                    () -> two.keys.revoke(CAROL, name, ""));

            assertThat(views).extracting(KeyView::state).containsOnly(KeyView.State.REVOKED);
            assertThat(views).extracting(KeyView::key).containsOnly(views.get(0).key());
            assertThat(one.indexed(key)).get().matches(KeyRecord::revoked);
        }
        assertThat(REDIS.commands().xlen("latchkey:ledger:{ws_1}:audit"))
                .as("the workspace; each key made, and revoked once")
                .isEqualTo(1 + 2 * ROUNDS);
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }

    @Test
    void create_byBothAtOnce_allAreThereAndListedOnce() throws Exception {
        List<String> made = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<CreatedKey> created = atOnce(
                    () -> one.keys.create(ALICE, TestControl.newKey("ws_1")),
                    () -> two.keys.create(BOB, TestControl.newKey("ws_1")));
            created.forEach(key -> made.add(key.view().key().id()));
        }
        assertThat(one.listing
                        .list(KeyQuery.active("ws_1"), new PageRequest(1000, ""))
                        .items())
                .extracting(view -> view.key().id())
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    void setActive_byBothAtOnce_indexEndsWithWhatTheLedgerHas() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var unused = atOnce(
                    () -> one.workspaces.setActive(ALICE, "ws_1", false),
                    () -> two.workspaces.setActive(BOB, "ws_1", true));
            assertThat(one.indexed("ws_1")).contains(one.workspaces.get("ws_1").record());
        }
    }

    @Test
    void create_ofOneWorkspaceByBothAtOnce_oneSucceeds() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String id = "race_" + round;
            List<Boolean> made = atOnce(() -> makes(one, id), () -> makes(two, id));
            assertThat(made).containsExactlyInAnyOrder(true, false);
        }
    }

    @Test
    void rotate_byBothAtOnce_oneSucceedsAndTheOthersKeyIsWithdrawn() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key =
                    one.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
            List<Boolean> done = atOnce(() -> rotates(one, key), () -> rotates(two, key));

            assertThat(done).containsExactlyInAnyOrder(true, false);
            assertThat(successors(key))
                    .filteredOn(view -> view.state() == KeyView.State.ACTIVE)
                    .hasSize(1);
            assertThat(successors(key))
                    .allSatisfy(view -> assertThat(one.indexed(view.key()))
                            .get()
                            .extracting(KeyRecord::revoked)
                            .isEqualTo(view.state() == KeyView.State.REVOKED));
        }
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }

    @Test
    void rotateAndRevoke_ofOneKeyAtOnce_theRevokedKeyNeverWorksAgain() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key =
                    one.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
            var unused = atOnce(
                    () -> rotates(one, key),
                    () -> two.keys.revoke(BOB, new KeyName("-", key.id()), ""),
                    () -> two.reconciler.pass());

            assertThat(one.indexed(key)).get().matches(KeyRecord::revoked);
            assertThat(one.keys.get(new KeyName("-", key.id())).state()).isEqualTo(KeyView.State.REVOKED);
        }
    }

    @Test
    void updateAndRevoke_ofOneKeyAtOnce_theRevokedKeyNeverWorksAgain() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key = createWide();
            var unused = atOnce(
                    () -> updates(one, narrowing(key)),
                    () -> updates(two, renaming(key)),
                    () -> two.keys.revoke(BOB, new KeyName("-", key.id()), ""),
                    () -> two.reconciler.pass());

            assertThat(one.indexed(key)).get().matches(KeyRecord::revoked);
            assertThat(one.keys.get(new KeyName("-", key.id())).state()).isEqualTo(KeyView.State.REVOKED);
        }
    }

    @Test
    void updates_ofOneKeyAtOnce_noneIsLost() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key = createWide();
            List<Boolean> done = atOnce(
                    () -> updates(one, narrowing(key)),
                    () -> updates(two, renaming(key)),
                    () -> updates(two, ending(key)),
                    () -> two.reconciler.pass());

            assertThat(done).containsOnly(true);
            ManagedKey changed = one.keys.get(new KeyName("-", key.id())).key();
            assertThat(changed.name()).isEqualTo("Other");
            assertThat(changed.record().scopes()).containsExactly("cases:read");
            assertThat(changed.record().expiresAt()).isEqualTo(one.clock.millis() + 60_000);
            assertThat(one.indexed(key)).contains(changed.record());
        }
    }

    @Test
    void rotateAndUpdate_ofOneKeyAtOnce_successorHasWhatTheOldKeyHadAtThatMoment() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key = createWide();
            List<Boolean> done = atOnce(() -> rotates(one, key), () -> updates(two, narrowing(key)));

            assertThat(done.get(1)).isTrue();
            assertThat(one.indexed(key).orElseThrow().scopes()).containsExactly("cases:read");
            List<KeyView> working = successors(key).stream()
                    .filter(view -> view.state() == KeyView.State.ACTIVE)
                    .toList();
            assertThat(working).hasSize(done.get(0) ? 1 : 0);
            working.forEach(view -> assertThat(view.key().record().scopes().contains("cases:write"))
                    .isEqualTo(beforeRotation(key).contains("cases:write")));
        }
    }

    /** Returns what the audit trail says of the key before it was rotated. */
    private static String beforeRotation(ManagedKey key) {
        return REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded()).stream()
                .map(StreamMessage::getBody)
                .filter(entry ->
                        "key.rotate".equals(entry.get("action")) && key.id().equals(entry.get("key")))
                .map(entry -> entry.get("before"))
                .findFirst()
                .orElseThrow();
    }

    private ManagedKey createWide() {
        NewKey wide = new NewKey("ws_1", "CRM", "live", List.of("cases:read", "cases:write"), Expiry.Never.NEVER);
        return one.keys.create(ALICE, wide).view().key();
    }

    private static KeyChange narrowing(ManagedKey key) {
        return new KeyChange(new KeyName("-", key.id()), "", List.of("cases:read"), Optional.empty());
    }

    private static KeyChange renaming(ManagedKey key) {
        return new KeyChange(new KeyName("-", key.id()), "Other", List.of(), Optional.empty());
    }

    private static KeyChange ending(ManagedKey key) {
        return new KeyChange(new KeyName("-", key.id()), "", List.of(), Optional.of(new Expiry.Lifetime(60, 0)));
    }

    private static boolean updates(TestControl control, KeyChange change) {
        try {
            var unused = control.keys.update(ALICE, change);
            return true;
        } catch (RefusedException e) {
            assertThat(e).hasMessageContaining("is revoked");
            return false;
        }
    }

    private List<KeyView> successors(ManagedKey key) {
        return one.listing.list(KeyQuery.all("ws_1"), new PageRequest(1000, "")).items().stream()
                .filter(view -> view.key().links().predecessor().equals(key.id()))
                .toList();
    }

    private static boolean rotates(TestControl control, ManagedKey key) {
        try {
            var unused = control.keys.rotate(
                    ALICE, new Replacement(new KeyName("-", key.id()), Optional.empty(), Optional.empty()));
            return true;
        } catch (RefusedException e) {
            assertThat(e.kind()).isEqualTo(RefusedException.Kind.CONFLICT);
            return false;
        }
    }

    @Test
    void revoke_whileTheReconcilersAreAtWork_isNeverUndone() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ManagedKey key =
                    one.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
            var unused = atOnce(
                    () -> one.keys.revoke(ALICE, new KeyName("-", key.id()), "").state(),
                    () -> two.projector.project(key),
                    () -> one.reconciler.pass(),
                    () -> two.reconciler.pass());
            assertThat(one.indexed(key)).get().matches(KeyRecord::revoked);
        }
    }

    private static boolean makes(TestControl control, String id) {
        try {
            var unused = control.workspaces.create(ALICE, id, "");
            return true;
        } catch (RefusedException e) {
            assertThat(e.kind()).isEqualTo(RefusedException.Kind.ALREADY_EXISTS);
            return false;
        }
    }

    @SafeVarargs
    private <T> List<T> atOnce(Callable<? extends T>... calls) throws Exception {
        CyclicBarrier start = new CyclicBarrier(calls.length);
        List<Future<T>> futures = new ArrayList<>();
        for (Callable<? extends T> call : calls) {
            futures.add(threads.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                return call.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get(10, TimeUnit.SECONDS));
        }
        return results;
    }
}
