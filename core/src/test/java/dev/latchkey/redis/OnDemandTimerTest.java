package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.Timeout;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
    void newTimeout_isNeverEarly() throws InterruptedException {
        for (int millis = 0; millis < 30; millis++) {
            long start = System.nanoTime();
            awaitAnotherOne(millis);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    @Test
    void newTimeout_manyAtOnce_eachRunsOnceButThoseCancelled() throws InterruptedException {
        List<Timeout> timeouts = IntStream.range(0, 3000)
                .mapToObj(i -> timer.newTimeout(due -> runs.incrementAndGet(), 100 + i % 20, TimeUnit.MILLISECONDS))
                .toList();
        long cancelled = IntStream.range(0, 3000)
                .filter(i -> i % 3 == 0 && timeouts.get(i).cancel())
                .count();

        awaitAnotherOne(200);

        assertThat(runs).hasValue(3000 - (int) cancelled);
        assertThat(timeouts.stream().filter(Timeout::isCancelled)).hasSize((int) cancelled);
        assertThat(timeouts.stream().filter(Timeout::isExpired)).hasSize(3000 - (int) cancelled);
    }

    @Test
    void newTimeout_forEachOfManyReads_wakesItsThreadOnceATick() throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < 20_000; i++) {
            timer.newTimeout(due -> {}, 50, TimeUnit.MILLISECONDS).cancel();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        awaitAnotherOne(100);

        assertThat(timer.ticks()).isLessThanOrEqualTo(millis / 5 + 3);
    }

    @Test
    void newTimeout_oneInTenTasksThrows_theOthersOfItsTickRun() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            boolean broken = i % 10 == 0;
            timer.newTimeout(
                    due -> {
                        if (broken) {
                            throw new IllegalStateException("broken");
                        }
                        runs.incrementAndGet();
                    },
                    100,
                    TimeUnit.MILLISECONDS);
        }

        awaitAnotherOne(200);

        assertThat(runs).hasValue(900);
    }

    @Test
    void newTimeout_forAsLongAsCanBe_isNotDueNow() throws InterruptedException {
        Timeout timeout = timer.newTimeout(due -> runs.incrementAndGet(), Long.MAX_VALUE, TimeUnit.MILLISECONDS);

        awaitAnotherOne(20);

        assertThat(timeout.isExpired()).isFalse();
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
