package dev.latchkey.control.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.index.Projection.Outcome;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.KeyRecord.State;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IndexWriterTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final KeyDigest DIGEST = KeyDigest.of("1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo");
    private static final String KEY = "latchkey:key:" + DIGEST.text();
    private static final String WORKSPACE = "latchkey:workspace:ws_1";

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
    }

    @AfterEach
    void close() {
        control.close();
    }

    static Stream<Arguments> keyRules() {
        Map<String, String> stored = IndexSchema.encode(record(State.ACTIVE, 5));
        Map<String, String> storedRevoked = IndexSchema.encode(record(State.REVOKED, 5));
        return Stream.of(
                Arguments.of("nothing stored: written", Map.of(), record(State.ACTIVE, 1), Outcome.WRITTEN),
                Arguments.of(
                        "nothing stored, a revoked one: written", Map.of(), record(State.REVOKED, 2), Outcome.WRITTEN),
                Arguments.of("the same is stored: same", stored, record(State.ACTIVE, 5), Outcome.SAME),
                Arguments.of("a lower rev is stored: written", stored, record(State.ACTIVE, 6), Outcome.WRITTEN),
                Arguments.of("revs are numbers, not texts", stored, record(State.ACTIVE, 10), Outcome.WRITTEN),
                Arguments.of("a higher rev is stored: kept", stored, record(State.ACTIVE, 4), Outcome.KEPT),
                Arguments.of(
                        "equal rev, other scopes: the ledger's",
                        with(stored, "scopes", "cases:write"),
                        record(State.ACTIVE, 5),
                        Outcome.WRITTEN),
                Arguments.of(
                        "equal rev, another expiry: the ledger's",
                        with(stored, "expires_at", "1"),
                        record(State.ACTIVE, 5),
                        Outcome.WRITTEN),
                Arguments.of(
                        "equal rev, a field of a later version more: it stays",
                        with(stored, "extra", "x"),
                        record(State.ACTIVE, 5),
                        Outcome.SAME),
                Arguments.of(
                        "equal rev, a generation that the ledger did not give: taken away",
                        with(stored, "generation", "7"),
                        record(State.ACTIVE, 5),
                        Outcome.WRITTEN),
                Arguments.of(
                        "another id: conflict",
                        with(stored, "id", "key_other"),
                        record(State.ACTIVE, 9),
                        Outcome.CONFLICT),
                Arguments.of(
                        "another id, even for a revoke: conflict",
                        with(stored, "id", "key_other"),
                        record(State.REVOKED, 9),
                        Outcome.CONFLICT),
                Arguments.of(
                        "another workspace: conflict",
                        with(stored, "workspace", "ws_2"),
                        record(State.ACTIVE, 9),
                        Outcome.CONFLICT),
                Arguments.of(
                        "another environment: conflict",
                        with(stored, "environment", "test"),
                        record(State.ACTIVE, 9),
                        Outcome.CONFLICT),
                Arguments.of("revoked stays revoked", storedRevoked, record(State.ACTIVE, 5), Outcome.KEPT),
                Arguments.of(
                        "revoked stays revoked, whatever the rev",
                        storedRevoked,
                        record(State.ACTIVE, 99),
                        Outcome.KEPT),
                Arguments.of("a revoke is taken, whatever its rev", stored, record(State.REVOKED, 1), Outcome.WRITTEN),
                Arguments.of("a revoke is taken at the same rev", stored, record(State.REVOKED, 5), Outcome.WRITTEN),
                Arguments.of(
                        "revoked with a higher rev is stored: kept",
                        storedRevoked,
                        record(State.REVOKED, 4),
                        Outcome.KEPT),
                Arguments.of("the same revoke again: same", storedRevoked, record(State.REVOKED, 5), Outcome.SAME),
                Arguments.of("a later revoke: written", storedRevoked, record(State.REVOKED, 6), Outcome.WRITTEN),
                Arguments.of(
                        "a rev that is no number gives way",
                        with(stored, "rev", "many"),
                        record(State.ACTIVE, 1),
                        Outcome.WRITTEN),
                Arguments.of(
                        "revoked stays revoked, though its rev is no number",
                        with(storedRevoked, "rev", "many"),
                        record(State.ACTIVE, 1),
                        Outcome.KEPT),
                Arguments.of(
                        "damage: only a state is left, and it is revoked: kept",
                        Map.of("state", "revoked"),
                        record(State.ACTIVE, 1),
                        Outcome.KEPT),
                Arguments.of(
                        "damage: fields are missing: written",
                        Map.of("id", "key_1"),
                        record(State.ACTIVE, 1),
                        Outcome.WRITTEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keyRules")
    void write_key_followsTheRules(String rule, Map<String, String> stored, KeyRecord incoming, Outcome expected) {
        if (!stored.isEmpty()) {
            REDIS.commands().hset(KEY, stored);
        }
        Projection projection = control.index.write(managed(incoming));

        assertThat(projection.outcome()).isEqualTo(expected);
        boolean taken = expected == Outcome.WRITTEN || expected == Outcome.SAME;
        Map<String, String> ours = new HashMap<>(IndexSchema.encode(incoming));
        if (stored.containsKey("extra")) {
            ours.put("extra", stored.get("extra"));
        }
        assertThat(REDIS.commands().hgetall(KEY)).isEqualTo(taken ? ours : stored);
        assertThat(projection.taken()).isEqualTo(taken);
    }

    static Stream<Arguments> workspaceRules() {
        Map<String, String> active = IndexSchema.encode(new WorkspaceRecord("ws_1", true, 5));
        Map<String, String> inactive = IndexSchema.encode(new WorkspaceRecord("ws_1", false, 5));
        return Stream.of(
                Arguments.of("nothing stored: written", Map.of(), true, 1, Outcome.WRITTEN),
                Arguments.of("the same: same", active, true, 5, Outcome.SAME),
                Arguments.of("higher rev: written", active, false, 6, Outcome.WRITTEN),
                Arguments.of("there is a way back from inactive", inactive, true, 6, Outcome.WRITTEN),
                Arguments.of("lower rev: kept", active, false, 4, Outcome.KEPT),
                Arguments.of("equal rev, other state: the ledger's", active, false, 5, Outcome.WRITTEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workspaceRules")
    void write_workspace_followsTheRules(
            String rule, Map<String, String> stored, boolean active, long rev, Outcome expected) {
        if (!stored.isEmpty()) {
            REDIS.commands().hset(WORKSPACE, stored);
        }
        WorkspaceRecord incoming = new WorkspaceRecord("ws_1", active, rev);
        Projection projection = control.index.write(new ManagedWorkspace(incoming, "One", 0));

        assertThat(projection.outcome()).isEqualTo(expected);
        assertThat(projection.rev()).isEqualTo(expected == Outcome.KEPT ? 5 : rev);
        assertThat(REDIS.commands().hgetall(WORKSPACE))
                .isEqualTo(expected == Outcome.KEPT ? stored : IndexSchema.encode(incoming));
    }

    @Test
    void write_nameHoldsNoHash_isReplaced() {
        REDIS.commands().set(KEY, "damage");
        KeyRecord revoked = record(State.REVOKED, 2);

        assertThat(control.index.write(managed(revoked)).outcome()).isEqualTo(Outcome.WRITTEN);
        assertThat(REDIS.commands().hgetall(KEY)).isEqualTo(IndexSchema.encode(revoked));
    }

    @Test
    void write_conflict_tellsStoredRev() {
        REDIS.commands().hset(KEY, with(IndexSchema.encode(record(State.ACTIVE, 7)), "id", "key_other"));

        assertThat(control.index.write(managed(record(State.ACTIVE, 1))))
                .isEqualTo(new Projection(Outcome.CONFLICT, 7));
    }

    @Test
    void write_keyWithExpiry_isReadBackByTheReader() {
        KeyRecord record = new KeyRecord(
                "key_1", "ws_1", Environment.LIVE, Set.of("cases:read"), State.ACTIVE, 1_800_000_000_000L, 3);
        control.index.write(managed(record));

        assertThat(control.indexed(DIGEST)).contains(record);
    }

    @Test
    void holds_tombstone_counts() {
        assertThat(control.index.holds(DIGEST)).isFalse();
        control.index.write(managed(record(State.REVOKED, 2)));
        assertThat(control.index.holds(DIGEST)).isTrue();
    }

    private static KeyRecord record(State state, long rev) {
        return new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of("cases:read"), state, KeyRecord.NEVER, rev);
    }

    private static ManagedKey managed(KeyRecord record) {
        return new ManagedKey(
                record, DIGEST, "One", "opt_live_0000", 0, record.revoked() ? 1 : 0, ManagedKey.Links.NONE);
    }

    private static Map<String, String> with(Map<String, String> fields, String field, String value) {
        Map<String, String> changed = new HashMap<>(fields);
        changed.put(field, value);
        return changed;
    }
}
