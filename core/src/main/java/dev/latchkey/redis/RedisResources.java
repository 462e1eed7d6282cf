package dev.latchkey.redis;

import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.Transports;
import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The threads and the timer that all links of one process share. */
public final class RedisResources implements AutoCloseable {
    private static final Duration RECONNECT = Duration.ofMillis(200);
    private static final int MIN_THREADS = 2;

    private final Timer timer = new OnDemandTimer("latchkey-timer");
    private final ClientResources client = ClientResources.builder()
            .ioThreadPoolSize(MIN_THREADS)
            .computationThreadPoolSize(MIN_THREADS)
            .reconnectDelay(Delay.constant(RECONNECT))
            .timer(timer)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .build();

    private final EventExecutorGroup connections =
            client.eventLoopGroupProvider().allocate(Transports.eventLoopGroupClass());

    /** Returns the event loops of the connections to Redis. */
    public EventExecutorGroup connections() {
        return connections;
    }

    /** Returns the resources for Lettuce clients. */
    public ClientResources client() {
        return client;
    }

    /**
     * Returns the timer, which suits timeouts that are nearly always cancelled. They expire in batches, slightly
     * late, never early.
     */
    public Timer timer() {
        return timer;
    }

    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        timer.stop();
    }
}
