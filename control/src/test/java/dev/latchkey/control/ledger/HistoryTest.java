package dev.latchkey.control.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.audit.AuditEntry;
import dev.latchkey.control.audit.AuditTrail;
import dev.latchkey.control.index.StoreCheck;
import dev.latchkey.control.record.Caller;
import dev.latchkey.redis.RealRedis;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HistoryTest {
    private static final String CANARY = "latchkey:canary";
    private static final Caller ALICE = new Caller("alice", "");

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private TestControl control;

    @BeforeEach
    void start() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "One");
        control.workspaces.create(ALICE, "ws_2", "Two");
    }

    @AfterEach
    void stop() {
        control.close();
    }

    @Test
    void beat_canariesGoOn_noSetback() {
        for (int i = 0; i < 5; i++) {
            assertThat(control.announcements.beat()).isTrue();
        }
        assertThat(setbacks()).isZero();
        assertThat(control.history.detail()).isEmpty();
        assertThat(control.history.note()).isFalse();
        assertThat(entries("ws_1")).isEmpty();
    }

    @Test
    void beat_redisWasRestoredFromAnOlderDump_isSaidAndEachWorkspaceHasOneEntry() {
        beats(5);
        REDIS.commands().hset(CANARY, "seq", "2");
        beats(1);

        assertThat(setbacks()).isEqualTo(1);
        assertThat(control.history.detail())
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("Redis' history went back at ")
                        .contains("canary 3 after 5"));
        assertThat(control.history.note()).isFalse();
        assertThat(control.history.note()).isFalse();
        for (String workspace : List.of("ws_1", "ws_2")) {
            assertThat(entries(workspace)).hasSize(1).allSatisfy(entry -> {
                assertThat(entry.actor()).isEqualTo("latchkey");
                assertThat(entry.reason()).contains("canary 3 after 5");
                assertThat(entry.unreadable()).isEmpty();
            });
        }
    }

    /** Another control plane has noticed it, and stopped. */
    @Test
    void note_noticedByAnother_isWrittenAllTheSameAndOnce() {
        beats(5);
        REDIS.commands().del(CANARY);
        beats(1);
        try (TestControl other = new TestControl(REDIS.uri())) {
            other.history.note();
            assertThat(other.history.detail()).isPresent();
        }
        control.history.note();

        assertThat(entries("ws_1")).hasSize(1);
        assertThat(entries("ws_2")).hasSize(1);
    }

    @Test
    void beat_redisWasEmptied_isSaid() {
        beats(3);
        REDIS.commands().flushall();
        beats(1);

        assertThat(setbacks()).isEqualTo(1);
        assertThat(control.history.detail()).isPresent();
    }

    /** The index and the canary live on, so that the canary's number goes on as well. */
    @Test
    void beat_ledgerAloneWasEmptied_isSaidAndCountedOnce() {
        beats(3);
        REDIS.commands().keys("latchkey:ledger:*").forEach(REDIS.commands()::del);
        control.workspaces.create(ALICE, "ws_1", "One");
        beats(3);

        assertThat(setbacks()).isEqualTo(1);
        assertThat(control.history.detail())
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("the ledger in Redis went back at ")
                        .contains("count 0 after 3")
                        .contains("the index did not"));
        control.history.note();
        assertThat(entries("ws_1")).hasSize(1).allSatisfy(entry -> {
            assertThat(entry.reason()).contains("the ledger in Redis went back");
            assertThat(entry.unreadable()).isEmpty();
        });
    }

    /** Nobody who was there remembers anything; the note is enough. */
    @Test
    void beat_ledgerWasReplacedWhileNoControlPlaneRan_isSaidByTheNext() {
        beats(9);
        REDIS.commands().set("latchkey:ledger:beats", "4");
        try (TestControl next = new TestControl(REDIS.uri())) {
            next.announcements.beat();

            assertThat(next.history.detail())
                    .hasValueSatisfying(text -> assertThat(text).contains("count 4 after 8"));
        }
    }

    @Test
    void beat_countIsDamaged_isSaidAndMended() {
        beats(3);
        REDIS.commands().del("latchkey:ledger:beats");
        REDIS.commands().sadd("latchkey:ledger:beats", "damage");

        assertThat(control.announcements.beat()).isTrue();
        assertThat(control.announcements.beat()).isTrue();

        assertThat(setbacks()).isEqualTo(1);
        assertThat(REDIS.commands().get("latchkey:ledger:beats")).isEqualTo("5");
    }

    @Test
    void beat_severalControlPlanesByTurns_noSetback() {
        try (TestControl other = new TestControl(REDIS.uri())) {
            for (int i = 0; i < 20; i++) {
                beats(i % 3);
                other.announcements.beat();
            }
            assertThat(other.history.detail()).isEmpty();
        }
        try (TestControl third = new TestControl(REDIS.uri())) {
            third.announcements.beat();
            assertThat(third.history.detail()).isEmpty();
        }
        assertThat(control.history.detail()).isEmpty();
    }

    /** As a version left it that kept no count. */
    @Test
    void beat_noCountIsNoted_noSetback() {
        REDIS.commands().hset(CANARY, Map.of("seq", "1000", "at", "1"));
        beats(3);

        assertThat(setbacks()).isZero();
        assertThat(REDIS.commands().get("latchkey:meta:ledger")).isEqualTo("2");
    }

    @Test
    void write_recordHasFieldsOfALaterVersion_theyStay() {
        String name = "latchkey:workspace:ws_1";
        REDIS.commands().hset(name, Map.of("plan", "gold", "rev", "0"));
        control.workspaces.setActive(ALICE, "ws_1", false);

        assertThat(REDIS.commands().hgetall(name)).containsEntry("plan", "gold").containsEntry("state", "inactive");
    }

    @Test
    void pass_schemaIsChangedLater_refusesToGoOn() {
        StoreCheck check =
                new StoreCheck(control.redis, control.schema, control.ledger, control.peppers, Set.of(), control.clock);
        assertThat(check.pass()).isTrue();
        assertThat(check.problem()).isEmpty();

        REDIS.commands().set("latchkey:meta:schema", "2");
        assertThat(check.pass()).isTrue();

        assertThat(check.problem()).hasValueSatisfying(text -> assertThat(text).contains("schema version 2"));
        assertThat(check.refusal()).isCompleted();
    }

    private void beats(int count) {
        for (int i = 0; i < count; i++) {
            control.announcements.beat();
        }
    }

    private double setbacks() {
        return control.metrics.counter("latchkey.history.setbacks").count();
    }

    private List<AuditEntry> entries(String workspace) {
        return new AuditTrail(control.redis, control.schema)
                .before(workspace, "", 0, 100).stream()
                        .filter(entry -> entry.action().equals("history.setback"))
                        .toList();
    }
}
