package dev.latchkey.server.feed;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings up connections as {@code RedisLink} does. */
final class SimLink implements FeedLink {
    private static final long RETRY = SimTime.SECOND / 5;
    private static final long CONNECT_TIMEOUT = SimTime.SECOND;

    private final SimWorld world;
    private @Nullable Watcher watcher;
    private @Nullable SimConnection current;

    SimLink(SimWorld world) {
        this.world = world;
    }

    @Override
    public void watch(Watcher only) {
        watcher = only;
    }

    @Override
    public void start() {
        if (world.network.isStalled()) {
            world.time.timer(CONNECT_TIMEOUT + RETRY, this::start);
        } else if (world.redis.isDown()) {
            world.time.timer(RETRY, this::start);
        } else {
            SimConnection connected = new SimConnection(world, this::disconnected);
            world.redis.accept(connected);
            world.time.sidecar(2 * world.network.delay(), () -> established(connected));
        }
    }

    private void established(SimConnection connected) {
        if (connected.isClosed()) {
            world.time.timer(RETRY, this::start);
            return;
        }
        world.history.note(() -> "connected for pushes");
        current = connected;
        told().connected(connected);
    }

    @Override
    public void redial(FeedConnection unwanted, String reason) {
        world.history.note(() -> reason);
        if (current == unwanted && current != null && world.mutant != SimMutant.GIVEN_UP_FOR_EVER) {
            SimConnection gone = current;
            current = null;
            told().lost(gone);
            gone.closeSoon();
            world.time.timer(RETRY, this::start);
        }
    }

    private void disconnected(SimConnection gone) {
        if (current == gone) {
            current = null;
            told().lost(gone);
            world.time.timer(RETRY, this::start);
        }
    }

    @Override
    public Optional<String> problem() {
        return current == null ? Optional.of("not connected") : Optional.empty();
    }

    private Watcher told() {
        if (watcher == null) {
            throw new IllegalStateException("nobody watches the link");
        }
        return watcher;
    }
}
