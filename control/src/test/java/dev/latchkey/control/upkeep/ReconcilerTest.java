package dev.latchkey.control.upkeep;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.ControlUser;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ManyKeys;
import dev.latchkey.control.index.Handover;
import dev.latchkey.control.keys.CreatedKey;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of changes that stop half-way. */
class ReconcilerTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final Duration ABANDONED = Duration.ofSeconds(31);

    private ControlUser user;
    private TestControl control;

    @BeforeEach
    void open() {
        user = new ControlUser(REDIS);
        control = new TestControl(user.uri());
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void pass_nothingPending_works() {
        assertThat(control.reconciler.problem()).isPresent();
        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.reconciler.problem()).isEmpty();
    }

    @Test
    void pass_revokeWasRecordedButNotProjected_isProjected() {
        ManagedKey key = create();
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> revoke(key))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("the revoke of " + key.id() + " is recorded and will be applied")
                .hasMessageContaining("repeat the call");
        assertThat(control.indexed(key)).get().matches(record -> !record.revoked());

        assertThat(control.reconciler.pass()).isFalse();
        assertThat(control.reconciler.problem()).get().asString().contains("ACL SETUSER control ~latchkey:key:*");

        user.may("+@all", "~*");
        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(pending()).isEmpty();
    }

    @Test
    void revoke_repeatedAfterItCouldNotBeProjected_succeedsAndWaitsForTheIndex() {
        ManagedKey key = create();
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> revoke(key)).isInstanceOf(RefusedException.class);
        user.may("+@all", "~*");

        assertThat(revoke(key).state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(pending()).isEmpty();
        assertThat(REDIS.commands().xlen("latchkey:ledger:{ws_1}:audit"))
                .as("workspace.create, key.create, one key.revoke")
                .isEqualTo(3);
    }

    @Test
    void pass_deactivateWasRecordedButNotProjected_isProjected() {
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> control.workspaces.setActive(ALICE, "ws_1", false))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("ws_1 is recorded and will be applied");
        assertThat(control.indexed("ws_1")).get().matches(WorkspaceRecord::active);

        user.may("+@all", "~*");
        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.indexed("ws_1")).get().matches(record -> !record.active());
    }

    @Test
    void create_cannotBeProjected_showsNoSecretAndLeavesNoKeyThatWorks() {
        user.mayNotWriteIndex();
        assertThatThrownBy(this::create)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("no usable key was made")
                .hasMessageContaining("its secret was shown to nobody")
                .hasMessageContaining("repeat the call");

        user.may("+@all", "~*");
        assertThat(control.reconciler.pass()).isTrue();
        List<KeyView> keys = control.listing
                .list(KeyQuery.all("ws_1"), new PageRequest(0, ""))
                .items();
        assertThat(keys).singleElement().matches(view -> view.state() == KeyView.State.REVOKED);
        assertThat(control.indexed(keys.get(0).key())).get().matches(KeyRecord::revoked);
        assertThat(pending()).isEmpty();
    }

    @Test
    void pass_makerOfAKeyIsStillAtIt_leavesItAlone() {
        ManagedKey key = createUnseen();
        control.clock.advance(Duration.ofSeconds(29));

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.projector.confirm(key)).isTrue();
        assertThat(control.indexed(key)).get().matches(record -> !record.revoked());
    }

    @Test
    void pass_makerOfAKeyHasCrashedBeforeTheIndex_withdrawsIt() {
        ManagedKey key = createUnseen();
        control.clock.advance(ABANDONED);

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(control.projector.confirm(key))
                .as("a maker that comes back too late")
                .isFalse();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void pass_makerOfAKeyHasCrashedAfterTheIndex_withdrawsIt() {
        ManagedKey key = createUnseen();
        control.index.write(key);
        control.clock.advance(ABANDONED);

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void pass_confirmedKey_isNeverWithdrawn() {
        ManagedKey key = create();
        control.clock.advance(ABANDONED);

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.indexed(key)).get().matches(record -> !record.revoked());
    }

    @Test
    void withdraw_confirmedKey_isRevokedAllTheSame() {
        ManagedKey key = create();
        assertThat(control.projector.handover().withdraw(key, Handover.SHOWN_TO_NOBODY))
                .isEqualTo(Handover.Withdrawal.DONE);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void pass_olderProjectionComesLate_revokeWins() {
        ManagedKey key = create();
        revoke(key);

        control.projector.project(key);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void pass_conflictInTheIndex_isGivenUpAndHoldsUpNoOther() {
        ManagedKey first = create();
        ManagedKey second = create();
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> revoke(first)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> revoke(second)).isInstanceOf(RefusedException.class);
        user.may("+@all", "~*");
        REDIS.commands().hset("latchkey:key:" + first.digest().text(), Map.of("id", "key_other"));

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(REDIS.commands().hget("latchkey:key:" + first.digest().text(), "id"))
                .isEqualTo("key_other");
        assertThat(control.indexed(second)).get().matches(KeyRecord::revoked);
        assertThat(pending()).isEmpty();
    }

    @Test
    void pass_damagedLedgerRecord_isGivenUpAndHoldsUpNoOther() {
        ManagedKey damaged = createUnseen();
        ManagedKey key = create();
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> revoke(key)).isInstanceOf(RefusedException.class);
        user.may("+@all", "~*");
        REDIS.commands().hset("latchkey:ledger:{ws_1}:records", damaged.id(), "damage");

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(pending()).isEmpty();
    }

    @Test
    void pass_anotherControlPlanesChange_isProjected() {
        ManagedKey key = create();
        user.mayNotWriteIndex();
        assertThatThrownBy(() -> revoke(key)).isInstanceOf(RefusedException.class);
        user.may("+@all", "~*");

        try (TestControl other = new TestControl(REDIS.uri())) {
            assertThat(other.reconciler.pass()).isTrue();
        }
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void pass_workspaceWithoutNotes_isForgottenAMinuteLater() {
        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.ledger.recent()).containsExactly("ws_1");

        REDIS.commands().zincrby("latchkey:ledger:recent", -61, "ws_1");
        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.ledger.recent()).isEmpty();
    }

    @Test
    void pass_manyChanges_goesInBatchesAndLeavesRedisTimeInBetween() {
        List<ManagedKey> keys = ManyKeys.fill(
                REDIS, "ws_1", 800, i -> i % 4 == 0 ? ManyKeys.key("ws_1", i).revoke(1) : ManyKeys.key("ws_1", i));
        REDIS.commands()
                .hset(
                        "latchkey:ledger:{ws_1}:pending",
                        keys.stream().collect(Collectors.toMap(ManagedKey::id, key -> Long.toString(key.rev()))));
        int before = control.roundTrips.get();

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.roundTrips.get() - before)
                .as("of 500 and more changes")
                .isLessThan(40);
        assertThat(control.reconciler.pauseMillis().orElse(0)).isGreaterThan(1000L * 500 / 2000);
        assertThat(pending()).isNotEmpty().hasSizeLessThanOrEqualTo(300);

        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.reconciler.pauseMillis()).isEmpty();
        assertThat(control.roundTrips.get() - before).isLessThan(80);
        assertThat(pending()).isEmpty();
        assertThat(keys).allSatisfy(key -> assertThat(control.indexed(key)).contains(key.record()));
    }

    @Test
    void pass_manyWorkspaces_eachIsLookedAtInFewRoundTrips() {
        for (int i = 0; i < 120; i++) {
            control.workspaces.create(ALICE, "many_" + i, "");
        }
        int before = control.roundTrips.get();

        assertThat(control.reconciler.pass()).isTrue();

        assertThat(control.roundTrips.get() - before).as("of 121 workspaces").isLessThan(20);
    }

    private ManagedKey create() {
        CreatedKey created = control.keys.create(ALICE, TestControl.newKey("ws_1"));
        return created.view().key();
    }

    /** Makes a key as far as a control plane does that crashes after the ledger's step. */
    private ManagedKey createUnseen() {
        ManagedKey like = create();
        KeyRecord record = like.record();
        ManagedKey key = new ManagedKey(
                new KeyRecord(
                        record.id() + "x",
                        record.workspace(),
                        record.environment(),
                        record.scopes(),
                        record.state(),
                        record.expiresAt(),
                        1),
                Digests.named(record.id() + "x"),
                "Two",
                like.start(),
                control.clock.millis(),
                0,
                ManagedKey.Links.NONE);
        assertThat(control.ledger.createUnseen(key, new Audit(ALICE, "key.create", "", key.createdAt())))
                .isTrue();
        return key;
    }

    private KeyView revoke(ManagedKey key) {
        return control.keys.revoke(ALICE, new KeyName(KeyName.ANY_WORKSPACE, key.id()), "");
    }

    private static Map<String, String> pending() {
        return REDIS.commands().hgetall("latchkey:ledger:{ws_1}:pending");
    }
}
