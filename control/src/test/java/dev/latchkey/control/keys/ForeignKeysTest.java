package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.ControlUser;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.ledger.Creation;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that another service has written into the index, by the rules of the schema: they end as all others do. */
class ForeignKeysTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String SECRET = "opt_live_abc123def456ghi789";

    private TestControl control;
    private LeakedKeys leaked;

    @BeforeEach
    void start() {
        control = new TestControl(REDIS.uri());
        leaked = new LeakedKeys("opt", control.peppers, control.index, control.ledger, control.keys, control.clock);
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void stop() {
        control.close();
    }

    @Test
    void revokeAll_keyOfAnotherService_isRefusedBySidecars() {
        put("crm-1", 0);
        assertThat(isRefused(digest())).isFalse();

        assertThat(control.keys.revokeAll(ALICE, "ws_1", "contract ended").done())
                .isTrue();

        assertThat(isRefused(digest())).isTrue();
        assertThat(leaked.find(WorkspaceScope.ALL, SECRET).state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(audit("workspace.revoke_all"))
                .hasSize(1)
                .allSatisfy(entry ->
                        assertThat(entry).containsEntry("actor", "alice").containsEntry("reason", "contract ended"));
    }

    /** Also one that another service writes afterwards, unless it says that it is newer. */
    @Test
    void revokeAll_keyWrittenLater_isRefusedUnlessItIsOfTheNewGeneration() {
        control.keys.revokeAll(ALICE, "ws_1", "");

        put("crm-1", 0);
        assertThat(isRefused(digest())).isTrue();

        put("crm-1", control.indexed("ws_1").orElseThrow().generation());
        assertThat(isRefused(digest())).isFalse();
    }

    @Test
    void revokeAll_keysMadeAfterwards_work() {
        control.keys.revokeAll(ALICE, "ws_1", "");

        ManagedKey made = create();
        assertThat(isRefused(made.digest())).isFalse();
        ManagedKey successor = control.keys
                .rotate(ALICE, new Replacement(new KeyName("-", made.id()), Optional.empty(), Optional.empty()))
                .created()
                .view()
                .key();
        assertThat(isRefused(successor.digest())).isFalse();
        assertThat(control.workspaces.setActive(ALICE, "ws_1", false).record().generation())
                .isEqualTo(1);
    }

    /** Whoever read the workspace before must not make a key that outlives the call: the ledger's step looks again. */
    @Test
    void createUnseen_workspaceReadBeforeRevokeAll_makesNone() {
        ManagedKey model = create();
        Room before = control.ledger.room("ws_1").orElseThrow();
        control.keys.revokeAll(ALICE, "ws_1", "");

        KeyRecord record = new KeyRecord(
                "key_late", "ws_1", Environment.LIVE, Set.of("cases:read"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        ManagedKey late = ManagedKey.made(record, digest(), "Late", "opt_live_abc1", 1, ManagedKey.Links.NONE);
        Audit audit = new Audit(ALICE, "key.create", "", 1);
        assertThat(control.ledger.createUnseen(late, audit, Optional.empty(), before, List.of()))
                .isEqualTo(Creation.MOVED);
        assertThat(control.ledger.findKey("ws_1", "key_late")).isEmpty();
        assertThat(control.ledger.createUnseen(
                        late,
                        audit,
                        Optional.empty(),
                        control.ledger.room("ws_1").orElseThrow(),
                        List.of()))
                .isEqualTo(Creation.MADE);
        assertThat(model.record().generation()).isZero();
    }

    /** The call may have stopped before the ledger's record of this key was revoked. */
    @Test
    void keyOfAnEarlierGeneration_recordStillActive_isShownRevokedAndNotRotated() {
        ManagedKey key = create();
        raise();

        assertThat(control.keys.get(new KeyName("ws_1", key.id())).state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.listing
                        .list(KeyQuery.all("ws_1"), new PageRequest(0, ""))
                        .items())
                .extracting(KeyView::state)
                .containsExactly(KeyView.State.REVOKED);
        assertThatThrownBy(() -> control.keys.rotate(
                        ALICE, new Replacement(new KeyName("-", key.id()), Optional.empty(), Optional.empty())))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("was revoked with all keys of ws_1");
    }

    /** As after a loss of the ledger's data: the index still knows which keys were revoked. */
    @Test
    void create_workspaceThatTheLedgerHasLost_keepsItsGeneration() {
        put("crm-1", 0);
        control.keys.revokeAll(ALICE, "ws_1", "");
        REDIS.commands().del("latchkey:ledger:{ws_1}:records");

        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.setActive(ALICE, "ws_1", false);
        control.workspaces.setActive(ALICE, "ws_1", true);

        assertThat(isRefused(digest())).isTrue();
        assertThat(isRefused(create().digest())).isFalse();
    }

    /**
     * Sidecars refuse all keys of such a workspace; the record that comes in its place must not let the foreign key
     * through.
     */
    @ParameterizedTest
    @ValueSource(strings = {"a string", "a hash whose generation is no number"})
    void revokeAll_indexHasADamagedRecordOfTheWorkspace_repairsItAndLetsNoForeignKeyThrough(String damage) {
        put("crm-1", 0);
        control.keys.revokeAll(ALICE, "ws_1", "");
        damage(damage);

        assertThat(control.keys.revokeAll(ALICE, "ws_1", "").done()).isTrue();

        assertThat(control.indexed("ws_1")).get().matches(WorkspaceRecord::active);
        assertThat(isRefused(digest())).isTrue();
        assertThat(isRefused(create().digest())).isFalse();
    }

    /** The ledger has lost the workspace as well, so that nobody knows how many generations have ended. */
    @ParameterizedTest
    @ValueSource(strings = {"a string", "a hash whose generation is no number"})
    void create_indexHasADamagedRecordAndTheLedgerNone_noKeyOfBeforeComesBack(String damage) {
        put("crm-1", 5);
        for (int i = 0; i < 6; i++) {
            control.keys.revokeAll(ALICE, "ws_1", "");
        }
        REDIS.commands().del("latchkey:ledger:{ws_1}:records");
        damage(damage);

        control.workspaces.create(ALICE, "ws_1", "");
        assertThat(isRefused(digest())).isTrue();
        assertThat(isRefused(create().digest())).isFalse();

        assertThat(control.keys.revokeAll(ALICE, "ws_1", "").done()).isTrue();
        assertThat(isRefused(digest())).isTrue();
        assertThat(isRefused(create().digest())).isFalse();
    }

    /** What Redis does not tell is not the same as none. */
    @Test
    void revokeAll_indexMustNotBeRead_isRefusedAndBeginsNoGeneration() {
        control.keys.revokeAll(ALICE, "ws_1", "");
        ControlUser user = new ControlUser(REDIS);
        try (TestControl other = new TestControl(user.uri())) {
            user.may("+@all", "~*", "-hgetall");

            assertThatThrownBy(() -> other.projector.generation("ws_1"))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.fault()).isEqualTo(StoreException.Fault.REFUSED));
            assertThatThrownBy(() -> other.keys.revokeAll(ALICE, "ws_1", ""))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("has revoked 0 keys");
        }
        assertThat(control.indexed("ws_1").orElseThrow().generation()).isEqualTo(1);
    }

    @Test
    void write_workspaceOfALowerGeneration_doesNotTakeTheMarkAway() {
        control.keys.revokeAll(ALICE, "ws_1", "");
        WorkspaceRecord lost = new WorkspaceRecord("ws_1", true, 100);

        control.projector.project(new ManagedWorkspace(lost, "One", 1));

        assertThat(control.indexed("ws_1")).contains(new WorkspaceRecord("ws_1", true, 100, 1));
    }

    @Test
    void write_higherGenerationWithALowerRev_setsTheMark() {
        REDIS.commands().hset("latchkey:workspace:ws_1", Map.of("rev", "100"));
        WorkspaceRecord marked = new WorkspaceRecord("ws_1", true, 2, 1);

        control.projector.project(new ManagedWorkspace(marked, "One", 1));

        assertThat(control.indexed("ws_1")).contains(new WorkspaceRecord("ws_1", true, 100, 1));
    }

    @Test
    void revoke_bySecret_isAuditedAndShownFromThenOn() {
        put("crm-1", 0);

        leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "in a repository");

        assertThat(audit("key.revoke"))
                .hasSize(1)
                .allSatisfy(entry -> assertThat(entry)
                        .containsEntry("key", "crm-1")
                        .containsEntry("actor", "bob")
                        .containsEntry("reason", "in a repository")
                        .doesNotContainValue(SECRET));
        KeyView shown = control.keys.get(new KeyName("-", "crm-1"));
        assertThat(shown.state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(shown.key().isForeign()).isTrue();
        assertThat(control.listing
                        .list(KeyQuery.all("ws_1"), new PageRequest(0, ""))
                        .items())
                .extracting(view -> view.key().id())
                .containsExactly("crm-1");
    }

    @Test
    void revoke_bySecretAndThenRedisLosesTheRecord_theLedgerPutsItBack() {
        put("crm-1", 0);
        leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "");
        REDIS.commands().del(control.schema.key(digest()));

        control.sweep.begin();
        while (control.sweep.step()) {
            assertThat(control.reconciler.pass()).isTrue();
        }

        assertThat(control.indexed(digest())).get().matches(KeyRecord::revoked);
    }

    @Test
    void revoke_bySecretTwice_isOneEntry() {
        put("crm-1", 0);

        leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "");
        leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "");

        assertThat(audit("key.revoke")).hasSize(1);
    }

    /** Ids of other services can be anything. */
    @Test
    void revoke_idIsThatOfAKeyHere_revokesTheOtherAndLeavesOurs() {
        ManagedKey ours = create();
        put(ours.id(), 0);

        leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "leaked");

        assertThat(control.indexed(digest())).get().matches(KeyRecord::revoked);
        assertThat(control.indexed(ours)).get().matches(record -> !record.revoked());
        assertThat(audit("key.revoke")).hasSize(1);
    }

    @Test
    void revoke_idIsThatOfAKeyElsewhere_leavesTheWayToThatOne() {
        control.workspaces.create(ALICE, "ws_2", "");
        ManagedKey theirs =
                control.keys.create(ALICE, TestControl.newKey("ws_2")).view().key();
        put(theirs.id(), 0);

        leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "");

        assertThat(control.keys.get(new KeyName("-", theirs.id())).key().workspace())
                .isEqualTo("ws_2");
    }

    @Test
    void revoke_workspaceIsNotInTheLedger_isRevokedAllTheSame() {
        REDIS.commands().hset(control.schema.key(digest()), IndexSchema.encode(record("crm-1", "ws_crm", 0)));

        assertThat(leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "").state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(leaked.revoke(BOB, WorkspaceScope.ALL, SECRET, "").state()).isEqualTo(KeyView.State.REVOKED);
    }

    private void raise() {
        Stored<ManagedWorkspace> stored = control.ledger.findWorkspace("ws_1").orElseThrow();
        ManagedWorkspace raised =
                stored.entry().withGeneration(1, stored.entry().rev());
        assertThat(control.ledger.replace(stored, raised, new Audit(ALICE, "workspace.revoke_all", "", 1)))
                .isTrue();
        control.projector.project(raised);
    }

    private static void damage(String damage) {
        String name = "latchkey:workspace:ws_1";
        if (damage.equals("a string")) {
            REDIS.commands().set(name, "damage");
        } else {
            REDIS.commands().hset(name, "generation", "damage");
        }
    }

    /** As a sidecar finds it. */
    private boolean isRefused(KeyDigest digest) {
        KeyRecord key = control.indexed(digest).orElseThrow();
        return key.revoked() || key.revokedWith(control.indexed(key.workspace()).orElseThrow());
    }

    private ManagedKey create() {
        return control.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
    }

    private void put(String id, long generation) {
        REDIS.commands().hset(control.schema.key(digest()), IndexSchema.encode(record(id, "ws_1", generation)));
    }

    private static KeyRecord record(String id, String workspace, long generation) {
        return new KeyRecord(
                id,
                workspace,
                Environment.LIVE,
                Set.of("cases:read"),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1,
                generation);
    }

    private KeyDigest digest() {
        Credential parsed = new KeyFormat("opt", true).parse(SECRET);
        return control.peppers.newest(((Credential.Presented) parsed).key());
    }

    private static List<Map<String, String>> audit(String action) {
        return REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded()).stream()
                .map(StreamMessage::getBody)
                .filter(entry -> action.equals(entry.get("action")))
                .toList();
    }
}
