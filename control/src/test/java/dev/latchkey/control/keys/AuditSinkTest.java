package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.ControlUser;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.health.RedisUsers;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The audit trail cannot be written: then nothing is changed. */
class AuditSinkTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String STREAM = "latchkey:ledger:{ws_1}:audit";
    private static final Caller ONCE = new Caller("alice", "req-1");

    private final ControlUser user = new ControlUser(REDIS);
    private TestControl control;
    private ManagedKey key;

    @BeforeEach
    void open() {
        control = new TestControl(user.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        key = control.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void everyChange_streamIsSomethingElse_isRefusedAndNothingIsChanged() {
        REDIS.commands().del(STREAM);
        REDIS.commands().set(STREAM, "no stream");

        assertNothingChanges("WRONGTYPE", StoreException.Fault.BAD_RECORD);
    }

    @Test
    void everyChange_streamMayNotBeWritten_isRefusedAndNothingIsChanged() {
        user.may(RedisUsers.control("latchkey:").stream()
                .filter(rule -> !rule.equals("+xadd"))
                .toArray(String[]::new));

        assertNothingChanges("xadd", StoreException.Fault.REFUSED);
    }

    private void assertNothingChanges(String cause, StoreException.Fault fault) {
        Map<String, String> before = records();
        List<Runnable> changes = List.of(
                () -> control.keys.create(ALICE, TestControl.newKey("ws_1")),
                () -> control.keys.create(ONCE, TestControl.newKey("ws_1")),
                () -> control.keys.revoke(ALICE, new KeyName("-", key.id()), ""),
                () -> control.keys.rotate(
                        ALICE, new Replacement(new KeyName("-", key.id()), Optional.empty(), Optional.empty())),
                () -> control.workspaces.setActive(ALICE, "ws_1", false));

        assertThat(changes)
                .allSatisfy(change -> assertThatThrownBy(change::run)
                        .isInstanceOfSatisfying(
                                StoreException.class, e -> assertThat(e.fault()).isEqualTo(fault))
                        .hasMessageContaining(cause));
        assertThat(records()).isEqualTo(before);
    }

    /** Returns all that counts: records, notes, claims and the index. What is written before the step is harmless. */
    private static Map<String, String> records() {
        Map<String, String> records = new TreeMap<>();
        for (String name : REDIS.commands().keys("*")) {
            boolean counts =
                    name.contains("}:") || name.contains("latchkey:key:") || name.contains("latchkey:workspace:");
            if (counts && !name.equals(STREAM)) {
                records.put(
                        name,
                        Base64.getEncoder().encodeToString(REDIS.commands().dump(name)));
            }
        }
        return records;
    }
}
