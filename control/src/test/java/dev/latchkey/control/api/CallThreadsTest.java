package dev.latchkey.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallThreadsTest {
    private final CallThreads threads = new CallThreads(2);
    private final BlockingTaskExecutor executor = threads.executor();
    private final CountDownLatch end = new CountDownLatch(1);
    private long nanos;

    @AfterEach
    void stop() {
        end.countDown();
        executor.shutdownNow();
    }

    @Test
    void problem_allBlockedAndACallWaits_isToldUntilTheyEnd() throws Exception {
        blockAll();
        executor.execute(this::nothing);
        assertThat(look(0)).isEmpty();
        assertThat(look(60)).isEmpty();
        assertThat(look(60)).isEqualTo("no thread has ended a call for 120 s, and calls wait for one: 1");

        end.countDown();
        Awaitility.await().until(() -> look(60).isEmpty());
    }

    @Test
    void problem_allBlockedAndNoCallWaits_isNone() throws Exception {
        blockAll();

        for (int look = 0; look < 10; look++) {
            assertThat(look(60)).isEmpty();
        }
    }

    /** As in an outage of Redis, when each call takes as long as it may. */
    @Test
    void problem_oneThreadBlockedAndCallsQueueForHours_isNone() throws Exception {
        executor.execute(this::awaitEnd);
        for (int round = 0; round < 50; round++) {
            CountDownLatch go = new CountDownLatch(1);
            var slow = executor.submit(() -> go.await(10, TimeUnit.SECONDS));
            executor.execute(this::nothing);
            executor.execute(this::nothing);
            assertThat(look(60)).isEmpty();
            go.countDown();
            assertThat(slow.get()).isTrue();
            Awaitility.await().until(() -> executor.submit(this::nothing).isDone());
        }
    }

    /** What is not due waits for no thread. */
    @Test
    void problem_oneThreadBlockedAndATaskIsDueInAnHour_isNone() {
        executor.execute(this::awaitEnd);
        var unused = executor.schedule(this::nothing, 1, TimeUnit.HOURS);

        for (int look = 0; look < 10; look++) {
            assertThat(look(60)).isEmpty();
        }
    }

    private void blockAll() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        for (int call = 0; call < 2; call++) {
            executor.execute(() -> {
                begun.countDown();
                awaitEnd();
            });
        }
        begun.await();
    }

    private void nothing() {}

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String look(long afterSeconds) {
        nanos += TimeUnit.SECONDS.toNanos(afterSeconds);
        return threads.problem(nanos).orElse("");
    }
}
