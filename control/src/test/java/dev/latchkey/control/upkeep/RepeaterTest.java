package dev.latchkey.control.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RepeaterTest {
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void problem_taskThatIsBlocked_namesItsThreadUntilItRuns() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (Repeater repeater = new Repeater(2)) {
            repeater.repeat(() -> 1);
            repeater.repeat(() -> {
                runs.incrementAndGet();
                begun.countDown();
                awaitUninterruptibly(end);
                return 1;
            });
            begun.await();

            // It may take the thread a moment until it does nothing.
            Awaitility.await().until(() -> {
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
                return repeater.problem(nanos.get()).isPresent();
            });
            assertThat(repeater.problem(nanos.get()).orElseThrow())
                    .matches("the task of latchkey-background-\\d has not run for \\d+ s");

            end.countDown();
            Awaitility.await().until(() -> runs.get() > 100);
            assertThat(repeater.problem(nanos.addAndGet(TimeUnit.SECONDS.toNanos(30))))
                    .isEmpty();
        }
    }

    /** As a pass over millions of keys: it takes long, and goes on. */
    @Test
    void problem_taskThatRunsForHours_isNone() {
        AtomicLong steps = new AtomicLong();
        try (Repeater repeater = new Repeater(1)) {
            repeater.repeat(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    steps.incrementAndGet();
                }
                return 1;
            });
            for (int look = 0; look < 100; look++) {
                long seen = steps.get();
                assertThat(repeater.problem(nanos.addAndGet(TimeUnit.SECONDS.toNanos(30))))
                        .isEmpty();
                Awaitility.await().pollDelay(1, TimeUnit.MILLISECONDS).until(() -> steps.get() > seen);
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
