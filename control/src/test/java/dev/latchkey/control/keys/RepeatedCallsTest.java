package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.ControlUser;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.AnsweredRequest;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.Claim;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.Fingerprint;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.key.Digests;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A call that is repeated with its request_id, whatever became of the first. */
class RepeatedCallsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final Caller ONCE = new Caller("alice", "req-1");
    private static final String AUDIT = "latchkey:ledger:{ws_1}:audit";
    private static final int ROUNDS = 30;

    private final ControlUser user = new ControlUser(REDIS);
    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(user.uri());
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void create_repeated_tellsOfTheSameKeyWithoutItsSecretAndMakesNothing() {
        CreatedKey first = create(ONCE);
        long entries = REDIS.commands().xlen(AUDIT);

        CreatedKey repeated = create(ONCE);
        create(ONCE);

        assertThat(first.isRepeated()).isFalse();
        assertThat(repeated.isRepeated()).isTrue();
        assertThat(repeated.shownSecret()).isEmpty();
        assertThat(repeated.view()).isEqualTo(first.view().withAnswer(true));
        assertThat(keys()).containsExactly(repeated.view());
        assertThat(REDIS.commands().xlen(AUDIT))
                .as("that it was asked for again, once")
                .isEqualTo(entries + 1);
    }

    @Test
    void create_repeatedAfterTheKeyWasRevoked_tellsOfItAsItIsNow() {
        CreatedKey first = create(ONCE);
        control.keys.revoke(ALICE, name(first), "");

        assertThat(create(ONCE).view().state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void create_withoutRequestId_isAnotherCallEachTime() {
        create(ALICE);

        assertThat(create(ALICE).isRepeated()).isFalse();
        assertThat(REDIS.commands().keys("*:request:*")).isEmpty();
    }

    @Test
    void create_sameIdForAnotherRequest_isRefusedAndSaysWhichField() {
        create(ONCE);
        NewKey other = new NewKey("ws_1", "CRM Integration", "live", List.of("cases:write"), Expiry.Never.NEVER);

        assertRefusedForItsId(() -> control.keys.create(ONCE, other));
        assertThat(keys()).hasSize(1);
    }

    @Test
    void create_sameIdByAnotherCaller_isAnotherCall() {
        create(ONCE);

        assertThat(create(new Caller("bob", "req-1")).isRepeated()).isFalse();
        assertThat(keys()).hasSize(2);
    }

    @Test
    void create_claim_lastsADayAndHoldsNoSecret() {
        CreatedKey first = create(ONCE);
        String request = REDIS.commands().keys("*:request:*").get(0);

        assertThat(REDIS.commands().ttl(request)).isBetween(86_000L, 86_400L);
        assertThat(REDIS.commands().get(request))
                .doesNotContain(first.secret().reveal())
                .endsWith(" " + first.view().key().id());
        assertThat(request).startsWith("latchkey:ledger:{ws_1}:request:").doesNotContain("alice", "req-1");
    }

    @Test
    void create_firstCouldNotReachTheIndex_repeatMakesAFreshKeyAndOnlyThatLives() {
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> create(ONCE))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        user.may("+@all", "~*");

        CreatedKey second = create(ONCE);

        assertThat(second.isRepeated()).isFalse();
        assertThat(control.indexed(second.view().key())).get().matches(record -> !record.revoked());
        assertThat(keys()).extracting(KeyView::state).containsOnlyOnce(KeyView.State.ACTIVE);
        assertThat(create(ONCE).view().key().id()).isEqualTo(second.view().key().id());
    }

    @Test
    void create_firstCallerHasGivenUp_repeatMakesAFreshKey() {
        assertThatThrownBy(() -> control.keys.create(ONCE, TestControl.newKey("ws_1"), () -> true))
                .hasMessageContaining("given up");

        CreatedKey second = create(ONCE);

        assertThat(second.isRepeated()).isFalse();
        assertThat(keys())
                .filteredOn(view -> view.state() == KeyView.State.ACTIVE)
                .extracting(KeyView::key)
                .containsExactly(second.view().key());
    }

    @Test
    void create_makerOfTheFirstIsGone_repeatWaitsAndAfterTheReconcilerMakesAFreshKey() {
        ManagedKey left = leftUnseen();

        assertThatThrownBy(() -> create(ONCE))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("under way");
        control.clock.advance(Duration.ofSeconds(31));
        assertThat(control.reconciler.pass()).isTrue();

        CreatedKey second = create(ONCE);
        assertThat(second.isRepeated()).isFalse();
        assertThat(second.view().key().id()).isNotEqualTo(left.id());
        assertThat(control.indexed(left)).get().matches(KeyRecord::revoked);
    }

    @Test
    void create_wrongRequestId_isOneOfAllProblems() {
        Caller wrong = new Caller("alice", "a b");
        NewKey noScopes = new NewKey("ws_1", "", "live", List.of(), Expiry.Never.NEVER);

        assertThatThrownBy(() -> control.keys.create(wrong, noScopes))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactlyInAnyOrder("request_id", "name", "scopes"));
    }

    @Test
    void everyCall_requestIdIsAKey_isRefusedWithoutShowingIt() {
        String secret = create(ALICE).secret().reveal();
        Caller wrong = new Caller("alice", secret);
        List<Runnable> calls = List.of(
                () -> create(wrong),
                () -> control.keys.rotate(wrong, replacement("key_1")),
                () -> control.keys.revoke(wrong, new KeyName("ws_1", "key_1"), ""),
                () -> control.workspaces.create(wrong, "ws_2", ""),
                () -> control.workspaces.setActive(wrong, "ws_1", false));

        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .hasMessageContaining("request_id")
                        .hasMessageNotContaining(secret));
    }

    @Test
    void rotate_repeated_tellsOfBothKeysAndMakesNothing() {
        CreatedKey old = create(ALICE);
        RotatedKey first = rotated(control, ONCE, id(old));

        RotatedKey repeated = rotated(control, ONCE, id(old));

        assertThat(repeated.created().shownSecret()).isEmpty();
        assertThat(repeated.created().view()).isEqualTo(first.created().view().withAnswer(true));
        assertThat(repeated.old()).isEqualTo(first.old());
        assertThat(keys()).hasSize(2);
    }

    @Test
    void rotate_idOfACreate_isRefused() {
        CreatedKey old = create(ONCE);

        assertRefusedForItsId(() -> rotated(control, ONCE, id(old)));
    }

    @Test
    void rotate_firstCouldNotReachTheIndex_repeatMakesAFreshSuccessor() {
        CreatedKey old = create(ALICE);
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> rotated(control, ONCE, id(old))).isInstanceOf(RefusedException.class);
        user.may("+@all", "~*");

        RotatedKey second = rotated(control, ONCE, id(old));

        assertThat(second.created().isRepeated()).isFalse();
        assertThat(second.old().key().links().successor()).isEqualTo(id(second.created()));
    }

    @Test
    void rotate_indexLacksTheOldKeysEnd_repeatBringsItThereBeforeItAnswers() {
        CreatedKey old = create(ALICE);
        RotatedKey first = rotated(control, ONCE, id(old));
        REDIS.commands().hdel(control.schema.key(old.view().key().digest()), "expires_at");

        rotated(control, ONCE, id(old));

        assertThat(control.indexed(old.view().key())).contains(first.old().key().record());
    }

    @Test
    void createWorkspace_repeated_returnsItAsItIsNow() {
        control.workspaces.create(ONCE, "ws_2", "Two");
        control.workspaces.setActive(ALICE, "ws_2", false);

        ManagedWorkspace repeated = control.workspaces.create(ONCE, "ws_2", "Two");

        assertThat(repeated).isEqualTo(control.workspaces.get("ws_2"));
        assertThat(repeated.active()).isFalse();
    }

    @Test
    void createWorkspace_sameIdOtherName_isRefused() {
        control.workspaces.create(ONCE, "ws_2", "Two");

        assertRefusedForItsId(() -> control.workspaces.create(ONCE, "ws_2", "Zwei"));
    }

    @Test
    void createWorkspace_existsWithoutThisCall_isRefusedAsBefore() {
        assertThatThrownBy(() -> control.workspaces.create(ONCE, "ws_1", ""))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.ALREADY_EXISTS));
    }

    @Test
    void sameCallsAtOnce_onTwoControlPlanes_oneMakesAKeyAndTheOtherIsToldOfIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (TestControl other = new TestControl(user.uri())) {
            for (int round = 0; round < ROUNDS; round++) {
                Caller caller = new Caller("alice", "round-" + round);
                Callable<CreatedKey> here = () -> answered(control.keys.create(caller, TestControl.newKey("ws_1")));
                Callable<CreatedKey> there = () -> answered(other.keys.create(caller, TestControl.newKey("ws_1")));
                List<Future<CreatedKey>> made = threads.invokeAll(List.of(here, there), 30, TimeUnit.SECONDS);
                List<CreatedKey> answers =
                        List.of(made.get(0).get(), made.get(1).get());

                assertThat(answers).extracting(CreatedKey::isRepeated).containsExactlyInAnyOrder(true, false);
                assertThat(id(answers.get(0))).isEqualTo(id(answers.get(1)));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(keys()).hasSize(ROUNDS).allMatch(view -> view.state() == KeyView.State.ACTIVE);
    }

    @Test
    void sameRotationsAtOnce_onTwoControlPlanes_oneRotatesAndTheOtherIsToldOfIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (TestControl other = new TestControl(user.uri())) {
            for (int round = 0; round < ROUNDS; round++) {
                String old = id(create(ALICE));
                Caller caller = new Caller("alice", "rotation-" + round);
                Callable<RotatedKey> here = () -> rotated(control, caller, old);
                Callable<RotatedKey> there = () -> rotated(other, caller, old);
                List<Future<RotatedKey>> made = threads.invokeAll(List.of(here, there), 30, TimeUnit.SECONDS);
                List<CreatedKey> answers =
                        List.of(made.get(0).get().created(), made.get(1).get().created());

                assertThat(answers).extracting(CreatedKey::isRepeated).containsExactlyInAnyOrder(true, false);
                assertThat(id(answers.get(0))).isEqualTo(id(answers.get(1)));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As a client does that sends each call again before it has an answer. */
    @Test
    void sameRotation_eightTimesAtOnce_showsOneSecretOnce() throws Exception {
        String old = id(create(ALICE));
        Caller caller = new Caller("alice", "rotation");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<RotatedKey>> calls = Collections.nCopies(8, () -> rotated(control, caller, old));
            List<CreatedKey> answers = new ArrayList<>();
            for (Future<RotatedKey> made : threads.invokeAll(calls, 30, TimeUnit.SECONDS)) {
                answers.add(made.get().created());
            }

            assertThat(answers).filteredOn(answer -> !answer.isRepeated()).hasSize(1);
            assertThat(answers).extracting(RepeatedCallsTest::id).containsOnly(id(answers.get(0)));
        } finally {
            threads.shutdownNow();
        }
        assertThat(keys()).hasSize(2);
    }

    /** Leaves what a control plane leaves that dies right after the ledger's step. */
    private ManagedKey leftUnseen() {
        NewKey wanted = TestControl.newKey("ws_1");
        long now = control.clock.millis();
        KeyRecord record = new KeyRecord(
                "key_left",
                "ws_1",
                Environment.LIVE,
                Set.copyOf(wanted.scopes()),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
        ManagedKey key = ManagedKey.made(
                record, Digests.named("left"), wanted.name(), "opt_live_0000", now, ManagedKey.Links.NONE);
        Claim claim =
                new Claim(Fingerprint.of("alice", "req-1"), Optional.<AnsweredRequest>empty(), wanted.fingerprint());
        assertThat(control.ledger.createUnseen(key, new Audit(ONCE, "key.create", "", now), Optional.of(claim)))
                .isTrue();
        return key;
    }

    private CreatedKey create(Caller caller) {
        return answered(control.keys.create(caller, TestControl.newKey("ws_1")));
    }

    private RotatedKey rotated(TestControl by, Caller caller, String old) {
        RotatedKey rotated = by.keys.rotate(caller, replacement(old));
        answered(rotated.created());
        return rotated;
    }

    /** Notes that the answer is written, as the API does. */
    private CreatedKey answered(CreatedKey created) {
        if (!created.isRepeated()) {
            control.keys.answered(created.view().key());
        }
        return created;
    }

    private List<KeyView> keys() {
        return control.listing
                .list(KeyQuery.all("ws_1"), new PageRequest(1000, ""))
                .items();
    }

    private static void assertRefusedForItsId(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .singleElement()
                                .extracting(Violation::field, Violation::value)
                                .containsExactly("request_id", "\"req-1\""));
    }

    private static Replacement replacement(String id) {
        return new Replacement(new KeyName("-", id), Optional.empty(), Optional.empty());
    }

    private static KeyName name(CreatedKey key) {
        return new KeyName("ws_1", id(key));
    }

    private static String id(CreatedKey key) {
        return key.view().key().id();
    }
}
