package dev.latchkey.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
        assertThat(watch.problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).startsWith("loop-").endsWith(" has not answered for 11 s"));

        go.countDown();
        Awaitility.await().until(() -> watch.problem().isEmpty());
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
