package dev.latchkey.control.upkeep;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.RedisTap;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AuditLimitTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int MOST = 2000;
    /** The longest node of a stream. */
    private static final int NODE = 100;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private TestControl control;
    private AuditLimit limit;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        limit = new AuditLimit(control.redis, control.ledger, MOST, metrics);
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.create(ALICE, "ws_2", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void pass_trailIsFull_oldestEntriesGoAndAreCounted() {
        fill("ws_1", 7000);
        String newest = newest("ws_1");

        while (limit.pass()) {
            assertThat(length("ws_1")).isGreaterThanOrEqualTo(MOST);
        }

        assertThat(length("ws_1")).isBetween((long) MOST, (long) MOST + NODE);
        assertThat(newest("ws_1")).isEqualTo(newest);
        assertThat(length("ws_2")).isEqualTo(1);
        assertThat(metrics.counter("latchkey.audit.dropped").count()).isEqualTo((double) (7001 - length("ws_1")));
    }

    @Test
    void pass_trailHasRoom_nothingGoes() {
        fill("ws_1", MOST - 1);

        assertThat(limit.pass()).isFalse();

        assertThat(length("ws_1")).isEqualTo(MOST);
        assertThat(metrics.counter("latchkey.audit.dropped").count()).isZero();
    }

    @Test
    void pass_anotherTrailIsNoStream_theFullOneIsShortened() {
        REDIS.commands().del(trail("ws_1"));
        REDIS.commands().set(trail("ws_1"), "no stream");
        fill("ws_2", 4000);

        while (limit.pass()) {
            assertThat(length("ws_2")).isGreaterThanOrEqualTo(MOST);
        }

        assertThat(length("ws_2")).isLessThanOrEqualTo(MOST + NODE);
    }

    /** Whatever keeps the passes from a workspace that was changed lately, the sweep comes by. */
    @Test
    void sweep_trailOfAWorkspaceThatWasNotChangedLately_isShortened() {
        fill("ws_1", 4000);
        REDIS.commands().del("latchkey:ledger:recent");
        assertThat(limit.pass()).isFalse();
        assertThat(length("ws_1")).isEqualTo(4001);
        Sweep sweep =
                new Sweep(control.comparison, control.retention(limit), control.nanos::get, new SimpleMeterRegistry());

        sweep.begin();
        while (sweep.step()) {
            assertThat(length("ws_1")).isGreaterThanOrEqualTo(MOST);
        }

        assertThat(length("ws_1")).isLessThanOrEqualTo(MOST + NODE);
    }

    @Test
    void revoke_trailIsFull_shortensNothingItself() throws IOException {
        try (RedisTap tap = new RedisTap(REDIS.port());
                TestControl tapped = new TestControl(tap.uri())) {
            ManagedKey key =
                    tapped.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
            fill("ws_1", 4000);
            long before = length("ws_1");
            tap.forget();

            tapped.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");

            assertThat(length("ws_1")).isEqualTo(before + 1);
            assertThat(tap.names()).isNotEmpty().doesNotContain("XTRIM");
        }
    }

    private static void fill(String workspace, int entries) {
        for (int i = 0; i < entries; i++) {
            REDIS.commands().xadd(trail(workspace), Map.of("action", "x"));
        }
    }

    private static long length(String workspace) {
        return REDIS.commands().xlen(trail(workspace));
    }

    private static String newest(String workspace) {
        return REDIS.commands().xrevrange(trail(workspace), Range.unbounded(), Limit.from(1)).stream()
                .map(StreamMessage::getId)
                .findFirst()
                .orElseThrow();
    }

    private static String trail(String workspace) {
        return "latchkey:ledger:{" + workspace + "}:audit";
    }
}
