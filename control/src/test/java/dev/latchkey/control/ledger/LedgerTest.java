package dev.latchkey.control.ledger;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.LedgerCodec;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Stored;
import dev.latchkey.key.Digests;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LedgerTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final long NOW = FakeClock.START.toEpochMilli();
    private static final Audit BY_ALICE = new Audit(ALICE, "key.test", "because", NOW);
    private static final String PENDING = "latchkey:ledger:{ws_1}:pending";

    private TestControl control;
    private Ledger ledger;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        ledger = control.ledger;
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void createUnseen_newKey_isStoredUnderTheseNames() {
        ManagedKey key = key("key_1");

        assertThat(ledger.createUnseen(key, BY_ALICE)).isTrue();
        assertThat(REDIS.commands().keys("*"))
                .containsExactlyInAnyOrder(
                        "latchkey:ledger:owner:key_1",
                        "latchkey:ledger:recent",
                        "latchkey:ledger:{ws_1}:records",
                        "latchkey:ledger:{ws_1}:ids",
                        "latchkey:ledger:{ws_1}:audit",
                        PENDING);
        assertThat(ledger.findKey("ws_1", "key_1")).map(Stored::entry).contains(key);
        assertThat(ledger.ownerOf("key_1")).contains("ws_1");
        assertThat(REDIS.commands().hgetall(PENDING)).isEqualTo(Map.of("key_1", "1 unseen"));
    }

    @Test
    void createUnseen_idIsTaken_changesNothing() {
        ledger.createUnseen(key("key_1"), BY_ALICE);

        assertThat(ledger.createUnseen(
                        new ManagedKey(key("key_1").record(), digest("2"), "Two", "", 1, 0, ManagedKey.Links.NONE),
                        BY_ALICE))
                .isFalse();
        assertThat(ledger.findKey("ws_1", "key_1").orElseThrow().entry().name()).isEqualTo("One");
        assertThat(audit()).hasSize(1);
    }

    @Test
    void replace_recordHasChangedSince_changesNothing() {
        ledger.createUnseen(key("key_1"), BY_ALICE);
        Stored<ManagedKey> before = ledger.findKey("ws_1", "key_1").orElseThrow();
        assertThat(ledger.replace(before, before.entry().revoke(NOW), BY_ALICE)).isTrue();

        assertThat(ledger.replace(before, before.entry().revoke(NOW + 1), BY_ALICE))
                .isFalse();
        assertThat(ledger.findKey("ws_1", "key_1").orElseThrow().entry().revokedAt())
                .isEqualTo(NOW);
        assertThat(audit()).hasSize(2);
    }

    @Test
    void replace_key_leavesAnAuditEntryWithBeforeAndAfter() {
        ledger.createUnseen(key("key_1"), new Audit(BOB, "key.create", "", NOW));
        Stored<ManagedKey> before = ledger.findKey("ws_1", "key_1").orElseThrow();
        ManagedKey after = before.entry().revoke(NOW);
        ledger.replace(before, after, BY_ALICE);

        assertThat(audit().get(0))
                .containsOnlyKeys("at", "actor", "action", "key", "after")
                .containsEntry("actor", "bob");
        assertThat(audit().get(1))
                .isEqualTo(Map.of(
                        "at", Long.toString(NOW),
                        "actor", "alice",
                        "action", "key.test",
                        "key", "key_1",
                        "before", LedgerCodec.describe(before.entry()),
                        "after", LedgerCodec.describe(after),
                        "reason", "because"));
    }

    @Test
    void settle_olderChange_leavesTheNewerNote() {
        ManagedKey key = key("key_1");
        ledger.createUnseen(key, BY_ALICE);
        Stored<ManagedKey> before = ledger.findKey("ws_1", "key_1").orElseThrow();
        ManagedKey revoked = key.revoke(NOW);
        ledger.replace(before, revoked, BY_ALICE);

        ledger.settle(key);
        assertThat(REDIS.commands().hgetall(PENDING)).isEqualTo(Map.of("key_1", "2"));
        ledger.settle(revoked);
        assertThat(REDIS.commands().exists(PENDING)).isZero();
    }

    @Test
    void confirm_keyWasChangedMeanwhile_isFalse() {
        ManagedKey key = key("key_1");
        ledger.createUnseen(key, BY_ALICE);
        Stored<ManagedKey> before = ledger.findKey("ws_1", "key_1").orElseThrow();
        ledger.replace(before, key.revoke(NOW), BY_ALICE);

        assertThat(ledger.confirm(key)).isFalse();
    }

    @Test
    void replaceUnseen_keyWasConfirmedMeanwhile_changesNothing() {
        ManagedKey key = key("key_1");
        ledger.createUnseen(key, BY_ALICE);
        Stored<ManagedKey> before = ledger.findKey("ws_1", "key_1").orElseThrow();
        assertThat(ledger.confirm(key)).isTrue();

        assertThat(ledger.replaceUnseen(before, key.revoke(NOW), BY_ALICE)).isFalse();
        assertThat(ledger.findKey("ws_1", "key_1").orElseThrow().entry()).isEqualTo(key);
    }

    @Test
    void keysAfter_pages_areInOrderAndComplete() {
        for (int i = 9; i >= 1; i--) {
            ledger.createUnseen(key("key_" + i), BY_ALICE);
        }
        List<String> seen = new ArrayList<>();
        String after = "";
        for (List<ManagedKey> page = ledger.keysAfter("ws_1", after, 4);
                !page.isEmpty();
                page = ledger.keysAfter("ws_1", after, 4)) {
            page.forEach(key -> seen.add(key.id()));
            after = seen.get(seen.size() - 1);
        }
        assertThat(seen)
                .containsExactly("key_1", "key_2", "key_3", "key_4", "key_5", "key_6", "key_7", "key_8", "key_9");
    }

    @Test
    void create_workspace_isFoundAndListed() {
        ManagedWorkspace workspace = new ManagedWorkspace(new WorkspaceRecord("ws_1", true, 1), "One", NOW);

        assertThat(ledger.create(workspace, BY_ALICE)).isTrue();
        assertThat(ledger.create(workspace, BY_ALICE)).isFalse();
        assertThat(ledger.findWorkspace("ws_1")).map(Stored::entry).contains(workspace);
        assertThat(ledger.workspacesAfter("", 10)).containsExactly("ws_1");
        assertThat(ledger.keyIdsAfter("ws_1", "", 10)).isEmpty();
    }

    @Test
    void lastUsed_someKeysAreKnown_othersAreEmpty() {
        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) NOW, "key_2");

        assertThat(ledger.lastUsed("ws_1", List.of("key_1", "key_2")))
                .containsExactly(OptionalLong.empty(), OptionalLong.of(NOW));
    }

    @Test
    void lastUsed_scoreIsNoTime_isEmpty() {
        REDIS.commands().zadd("latchkey:used:{ws_1}", 1e300, "key_1");
        REDIS.commands().zadd("latchkey:used:{ws_1}", Double.NEGATIVE_INFINITY, "key_2");

        assertThat(ledger.lastUsed("ws_1", List.of("key_1", "key_2")))
                .containsExactly(OptionalLong.empty(), OptionalLong.empty());
    }

    @Test
    void forget_markedJustNow_staysRecent() {
        ledger.createUnseen(key("key_1"), BY_ALICE);
        ledger.forget(List.of("ws_1"));
        assertThat(ledger.recent()).containsExactly("ws_1");

        REDIS.commands().zincrby("latchkey:ledger:recent", -61, "ws_1");
        ledger.forget(List.of("ws_1"));
        assertThat(ledger.recent()).isEmpty();
    }

    private static List<Map<String, String>> audit() {
        return REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded()).stream()
                .map(StreamMessage::getBody)
                .toList();
    }

    private static ManagedKey key(String id) {
        KeyRecord record = new KeyRecord(
                id, "ws_1", Environment.LIVE, Set.of("cases:read"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        return new ManagedKey(record, digest(id), "One", "opt_live_0000", NOW, 0, ManagedKey.Links.NONE);
    }

    private static KeyDigest digest(String id) {
        return Digests.named("" + id);
    }
}
