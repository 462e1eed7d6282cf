package dev.latchkey.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopWatchTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, new DefaultThreadFactory("loop"), NioIoHandler.newFactory());
    private final LoopWatch watch = new LoopWatch(nanos::get, Duration.ofSeconds(10), loops);

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void problem_loopsThatAnswer_isNone() {
        for (int i = 0; i < 100; i++) {
            assertThat(watch.problem()).isEmpty();
            awaitAnswers();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        }
    }

    @Test
    void problem_oneLoopStuck_namesItUntilItAnswersAgain() throws InterruptedException {
        assertThat(watch.problem()).isEmpty();
        awaitAnswers();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        loops.next().execute(() -> {
            stuck.countDown();
            awaitUninterruptibly(go);
        });
        stuck.await();

        assertThat(watch.problem()).as("not yet").isEmpty();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        assertThat(watch.problem()).as("not yet").isEmpty();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        assertThat(watch.problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).startsWith("loop-").endsWith(" has not answered for 10 s"));

        go.countDown();
        Awaitility.await().until(() -> watch.problem().isEmpty());
    }

    /**
     * All threads stand still, and the one that looks runs first: with the clock's word alone, all loops would be
     * stuck.
     */
    @Test
    void problem_processStoppedForAnHourWithAQuestionUnderWay_isNone() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        loops.forEach(loop -> loop.execute(() -> awaitUninterruptibly(go)));
        assertThat(watch.problem()).isEmpty();

        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(watch.problem()).isEmpty();
        go.countDown();
        awaitAnswers();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertThat(watch.problem()).isEmpty();
    }

    /** A thread that only takes tasks, as the timer's. */
    @Test
    void problem_threadOfAnotherKindStuck_namesIt() throws Exception {
        ExecutorService timer = Executors.newSingleThreadExecutor(new DefaultThreadFactory("timer"));
        LoopWatch watch = new LoopWatch(nanos::get, Duration.ofSeconds(10), Stream.of(timer));
        assertThat(watch.problem()).isEmpty();
        timer.submit(() -> {}).get();
        CountDownLatch go = new CountDownLatch(1);
        timer.execute(() -> awaitUninterruptibly(go));

        for (int i = 0; i < 2; i++) {
            assertThat(watch.problem()).isEmpty();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
        }
        assertThat(watch.problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).startsWith("timer-").endsWith(" has not answered for 10 s"));

        go.countDown();
        Awaitility.await().until(() -> watch.problem().isEmpty());
        timer.shutdown();
        Awaitility.await()
                .until(() -> watch.problem()
                        .filter(problem -> problem.endsWith(" has ended"))
                        .isPresent());
    }

    @Test
    void problem_loopThatHasEnded_saysSo() {
        assertThat(watch.problem()).isEmpty();
        awaitAnswers();

        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();

        assertThat(watch.problem())
                .hasValueSatisfying(problem -> assertThat(problem).endsWith(" has ended"));
    }

    /** Asks each loop as well: it answers in order. */
    private void awaitAnswers() {
        loops.forEach(loop -> loop.submit(() -> {}).awaitUninterruptibly());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
