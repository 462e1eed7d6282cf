package dev.latchkey.server.feed;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What goes wrong around the sidecar, for a while. */
@SuppressWarnings("ImmutableEnumChecker") // What is passed on holds nothing.
enum SimFault {
    CLIENT_KILLED((world, time) -> clients(world, client -> client.cut(false))),
    CONNECTION_RESET((world, time) -> clients(world, client -> client.cut(true))),
    /** Nothing passes towards Redis. */
    STALLED_UPWARDS((world, time) -> clients(world, client -> client.stall(true, false)), SimFault::flow),
    /** Nothing passes from Redis. */
    STALLED_DOWNWARDS((world, time) -> clients(world, client -> client.stall(false, true)), SimFault::flow),
    HALF_OPEN((world, time) -> clients(world, client -> client.stall(true, true)), SimFault::flow),
    NETWORK_STALLED((world, time) -> world.network.stall(true), world -> world.network.stall(false)),
    NETWORK_SLOW((world, time) -> world.network.slow(time), world -> world.network.slow(0)),
    REDIS_STOPPED((world, time) -> world.redis.stop(), world -> world.redis.resume()),
    REDIS_RESTARTED((world, time) -> world.redis.kill(true), world -> world.redis.restart()),
    REDIS_RESTARTED_EMPTY((world, time) -> world.redis.kill(false), world -> world.redis.restart()),
    FLUSHED((world, time) -> world.redis.flushAll()),
    TRACKING_OFF((world, time) -> clients(world, SimConnection::untrack)),
    TRACKING_REFUSED(
            (world, time) -> {
                world.redis.refuseTracking(true);
                clients(world, client -> client.cut(false));
            },
            world -> world.redis.refuseTracking(false)),
    RESP2_ONLY(
            (world, time) -> {
                world.redis.speakResp2(true);
                clients(world, client -> client.cut(false));
            },
            world -> {
                world.redis.speakResp2(false);
                clients(world, client -> client.cut(false));
            }),
    /** A proxy passes no pushes; everything else is as ever. */
    PUSHES_LOST((world, time) -> world.redis.mute(true), world -> world.redis.mute(false)),
    PUSH_GARBLED((world, time) -> clients(world, SimConnection::garble)),
    WALL_CLOCK_JUMPS((world, time) -> world.time.jumpWall(time / SimTime.MILLI * (world.dice.oneIn(2) ? 1 : -1))),
    REDIS_CLOCK_JUMPS(
            (world, time) -> world.time.jumpRedis(10 * time / SimTime.MILLI * (world.dice.oneIn(2) ? 1 : -1))),
    PROCESS_STOPPED((world, time) -> world.time.stop(time)),
    MACHINE_SUSPENDED((world, time) -> world.time.suspend(time)),
    CONTROL_PLANE_STOPPED((world, time) -> world.stopCanary(true), world -> world.stopCanary(false));

    private final Beginning beginning;
    private final @Nullable Consumer<SimWorld> end;

    private interface Beginning {
        void accept(SimWorld world, long time);
    }

    SimFault(Beginning beginning) {
        this(beginning, null);
    }

    SimFault(Beginning beginning, @Nullable Consumer<SimWorld> end) {
        this.beginning = beginning;
        this.end = end;
    }

    /** Begins, and ends after {@code duration} if it has an end. */
    void inject(SimWorld world, long duration) {
        world.history.note(() -> "FAULT " + this + " for " + duration / 1e6 + " ms");
        beginning.accept(world, duration);
        Consumer<SimWorld> ending = end;
        if (ending != null) {
            world.time.world(duration, () -> {
                world.history.note(() -> "end of " + this);
                ending.accept(world);
            });
        }
    }

    /**
     * Tells whether nothing is promised if both happen: pushes are missed by the canary alone, and a wall clock that is
     * set back hides a suspension.
     */
    boolean hides(SimFault other) {
        boolean clocks = this == WALL_CLOCK_JUMPS && other == MACHINE_SUSPENDED;
        boolean same = this == MACHINE_SUSPENDED && other == WALL_CLOCK_JUMPS;
        return clocks || same || this == PUSHES_LOST || other == PUSHES_LOST;
    }

    private static void flow(SimWorld world) {
        clients(world, client -> client.stall(false, false));
    }

    private static void clients(SimWorld world, Consumer<SimConnection> action) {
        List.copyOf(world.redis.clients()).forEach(action);
    }
}
