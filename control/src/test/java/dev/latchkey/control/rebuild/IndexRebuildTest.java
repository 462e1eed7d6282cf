package dev.latchkey.control.rebuild;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.imports.ManyKeys;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.redis.RealRedis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IndexRebuildTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KEYS = 1200;

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        ManyKeys.fill(
                REDIS, "ws_1", KEYS, i -> i % 3 == 0 ? ManyKeys.key("ws_1", i).revoke(1) : ManyKeys.key("ws_1", i));
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void go_timeIsUpAfterEachPage_tokensLeadThroughAllAndAnotherControlPlaneGoesOn() {
        AtomicLong nanos = new AtomicLong();
        REDIS.commands().keys("latchkey:key:*").forEach(REDIS.commands()::del);
        String token = "";
        int compared = 0;
        int mended = 0;
        int calls = 0;
        do {
            // Each call is another process; its time is up after one page.
            IndexRebuild rebuild =
                    new IndexRebuild(control.comparison, () -> nanos.getAndAdd(3_000_000_000L), pause -> {});
            IndexRebuild.Progress progress = rebuild.go(token);
            compared += progress.compared();
            mended += progress.mended();
            token = progress.nextToken();
            calls++;
        } while (!token.isEmpty());

        assertThat(calls).isGreaterThan(6);
        assertThat(compared)
                .as("the workspace, all keys, and the revoked ones twice")
                .isEqualTo(1 + KEYS + KEYS / 3);
        assertThat(mended).isEqualTo(KEYS);
        assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(KEYS);
        assertThat(new IndexRebuild(control.comparison, () -> 0, pause -> {}).go(""))
                .isEqualTo(new IndexRebuild.Progress(1 + KEYS + KEYS / 3, 0, ""));
    }

    /** By records, not by pages, and over all calls: as the sweep, at most 8000 read or 2000 shown in a second. */
    @Test
    void go_manyRecords_waitsAsLongAsTheyTakeAtThePaceOfTheSweep() {
        AtomicLong nanos = new AtomicLong();
        IndexRebuild rebuild = new IndexRebuild(control.comparison, nanos::get, nanos::addAndGet);
        String token = "";
        int compared = 0;
        do {
            IndexRebuild.Progress progress = rebuild.go(token);
            compared += progress.compared();
            token = progress.nextToken();
        } while (!token.isEmpty());

        assertThat(Duration.ofNanos(nanos.get()))
                .isGreaterThan(Duration.ofMillis(1000L * compared / 2000))
                .isLessThan(Duration.ofMillis(2 * 1000L * compared / 2000));
    }

    @Test
    void go_tokenOfAnotherKind_isRefused() {
        assertThatThrownBy(() -> new IndexRebuild(control.comparison, System::nanoTime).go("nothing"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("page_token");
    }
}
