package dev.latchkey.index;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The threads and the timer that the links of one process share. */
public final class RedisResources implements AutoCloseable {
    /** Fine enough to end a wait of 50 ms; Lettuce's own ticks every 100 ms. */
    private static final long TICK_MILLIS = 10;

    private static final Duration RECONNECT = Duration.ofMillis(200);
    private static final int MIN_THREADS = 2;

    private final HashedWheelTimer timer = new HashedWheelTimer(
            new DefaultThreadFactory("latchkey-timer", /* daemon= */ true), TICK_MILLIS, TimeUnit.MILLISECONDS);
    private final ClientResources client = ClientResources.builder()
            .ioThreadPoolSize(MIN_THREADS)
            .computationThreadPoolSize(MIN_THREADS)
            .reconnectDelay(Delay.constant(RECONNECT))
            .timer(timer)
            .build();

    /** Returns what Lettuce's clients run on. */
    public ClientResources client() {
        return client;
    }

    /** Returns the timer, with a resolution of 10 ms. */
    public HashedWheelTimer timer() {
        return timer;
    }

    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        timer.stop();
    }
}
