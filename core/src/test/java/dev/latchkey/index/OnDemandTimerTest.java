package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.Timeout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnDemandTimerTest {
    private final OnDemandTimer timer = new OnDemandTimer("timer-test");
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void stop() {
        timer.stop();
    }

    @Test
    void newTimeout_whenItIsDue_runsOnce() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);

        Timeout timeout = timer.newTimeout(
                due -> {
                    runs.incrementAndGet();
                    ran.countDown();
                },
                5,
                TimeUnit.MILLISECONDS);

        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(1);
        assertThat(timeout.isExpired()).isTrue();
        assertThat(timeout.isCancelled()).isFalse();
        assertThat(timeout.cancel()).isFalse();
    }

    @Test
    void cancel_beforeItIsDue_neverRuns() throws InterruptedException {
        Timeout timeout = timer.newTimeout(due -> runs.incrementAndGet(), 200, TimeUnit.MILLISECONDS);

        assertThat(timeout.cancel()).isTrue();

        assertThat(timeout.isCancelled()).isTrue();
        awaitAnotherOne(300);
        assertThat(runs).hasValue(0);
    }

    @Test
    void newTimeout_taskThatThrows_leavesTheOthersAlone() throws InterruptedException {
        timer.newTimeout(
                due -> {
                    throw new IllegalStateException("broken");
                },
                1,
                TimeUnit.MILLISECONDS);

        awaitAnotherOne(20);
    }

    @Test
    void newTimeout_afterStop_isRefused() {
        timer.stop();

        assertThatThrownBy(() -> timer.newTimeout(due -> {}, 1, TimeUnit.MILLISECONDS))
                .isInstanceOf(RejectedExecutionException.class);
    }

    private void awaitAnotherOne(long millis) throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        timer.newTimeout(due -> ran.countDown(), millis, TimeUnit.MILLISECONDS);
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
