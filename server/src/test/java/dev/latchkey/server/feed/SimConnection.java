package dev.latchkey.server.feed;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.IndexException.Fault;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that can be tracked: both ends of it, and the streams between them. What depends on an answer is now and
 * then done later than the answer arrived, after pushes that came behind it.
 */
final class SimConnection implements FeedConnection, KeyIndex {
    static final long TIMEOUT = SimTime.SECOND / 4;

    private final SimWorld world;
    private final Consumer<SimConnection> lost;
    private final SimNetwork.Pipe up;
    private final SimNetwork.Pipe down;
    private final List<Call<?>> calls = new ArrayList<>();
    /** What Redis sends at the end of the cycle. */
    private final List<Runnable> output = new ArrayList<>();

    private final boolean resp2;
    private @Nullable Pushes pushes;
    private boolean tracked;
    private boolean mute;
    private boolean garbled;
    private boolean closed;

    /** A command, and what waits for its answer. */
    private static final class Call<T> {
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private boolean answered;

        private void fail(Fault fault) {
            if (!answered) {
                answered = true;
                future.completeExceptionally(new IndexException(fault, "simulated"));
            }
        }
    }

    /** @param lost to be told when the connection is gone, unless this side has closed it */
    SimConnection(SimWorld world, Consumer<SimConnection> lost) {
        this.world = world;
        this.lost = lost;
        this.up = world.network.pipe(/* toSidecar= */ false);
        this.down = world.network.pipe(/* toSidecar= */ true);
        this.resp2 = world.redis.speaksResp2();
        this.mute = world.redis.isMute();
    }

    // The sidecar's end.

    @Override
    public boolean carriesPushes() {
        return !resp2;
    }

    @Override
    public void listen(Pushes listener) {
        pushes = listener;
    }

    @Override
    public CompletableFuture<Optional<String>> track() {
        return send(() -> {
            if (world.redis.refusesTracking()) {
                return Optional.of("NOPERM");
            }
            tracked = true;
            return Optional.empty();
        });
    }

    @Override
    public CompletableFuture<Status> status() {
        boolean believed = world.mutant == SimMutant.TRACKING_NOT_LOOKED_AT;
        return send(() -> new Status(tracked || believed, world.time.redisMillis()));
    }

    @Override
    public <T> CompletableFuture<T> canaryWrittenAt(LongFunction<T> onArrival) {
        return send(() -> world.mutant.seen(world.redis.canaryAt()), onArrival::apply);
    }

    @Override
    public KeyIndex records() {
        return this;
    }

    @Override
    public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
        return send(() -> world.redis.read(digest));
    }

    @Override
    public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
        return send(world.redis::readWorkspace);
    }

    private <T> CompletableFuture<T> send(Supplier<T> execution) {
        return send(execution, answer -> answer);
    }

    private <A, T> CompletableFuture<T> send(Supplier<A> execution, Function<A, T> onArrival) {
        Call<T> call = new Call<>();
        if (closed) {
            call.fail(Fault.UNAVAILABLE);
            return call.future;
        }
        if (world.mutant != SimMutant.READS_WITHOUT_END) {
            calls.add(call);
            world.time.timer(TIMEOUT, () -> call.fail(Fault.TIMEOUT));
        }
        up.send(() -> {
            if (world.redis.serves(this)) {
                world.redis.submit(this, () -> {
                    A answer = execution.get();
                    output.add(() -> arrived(call, answer, onArrival));
                });
            }
        });
        return call.future;
    }

    private <A, T> void arrived(Call<T> call, A arrived, Function<A, T> onArrival) {
        calls.remove(call);
        if (closed || call.answered) {
            return;
        }
        call.answered = true;
        T answer = onArrival.apply(arrived);
        if (world.dice.oneIn(8)) {
            long delay = world.dice.below(world.dice.oneIn(4) ? SimTime.SECOND / 2 : 3 * SimTime.MILLI);
            world.time.sidecar(delay, () -> call.future.complete(answer));
        } else {
            call.future.complete(answer);
        }
    }

    private void show(int names, int[] versions) {
        Pushes listener = pushes;
        if (closed || listener == null) {
            return;
        }
        world.history.note(() -> "push of " + Integer.toBinaryString(names) + " arrives");
        if (world.mutant == SimMutant.PUSHES_HANDED_OFF && world.dice.oneIn(4)) {
            world.time.sidecar(
                    world.dice.below(SimTime.MILLI), () -> world.mutant.show(listener, names, world.history));
        } else {
            world.mutant.show(listener, names, world.history);
        }
        for (int record = 0; record < SimRecords.COUNT; record++) {
            if (SimRedis.holds(names, record)) {
                world.history.processed(record, versions[record]);
            }
        }
    }

    /** As a client does that gives it up: what has arrived may still be shown for a moment. */
    void closeSoon() {
        world.time.sidecar(world.dice.below(SimTime.MILLI), () -> {
            world.redis.drop(this);
            close();
        });
    }

    boolean isClosed() {
        return closed;
    }

    private void close() {
        closed = true;
        List.copyOf(calls).forEach(call -> call.fail(Fault.UNAVAILABLE));
        calls.clear();
    }

    private void disconnected() {
        if (closed) {
            return;
        }
        world.history.note(() -> "the connection for pushes is seen to be gone");
        if (world.dice.oneIn(2)) {
            close();
            lost.accept(this);
        } else {
            closed = true;
            lost.accept(this);
            close();
        }
    }

    // Redis' end.

    /** The end of a cycle in which {@code names} have changed. */
    void flush(int names) {
        if (names != 0 && tracked && !mute) {
            if (garbled) {
                garbled = false;
                if (world.mutant != SimMutant.GARBLED_PUSH_IGNORED) {
                    output.add(() -> listener().failed(new IndexException(Fault.BAD_RECORD, "simulated")));
                }
            } else {
                int[] versions = new int[SimRecords.COUNT];
                for (int record = 0; record < SimRecords.COUNT; record++) {
                    versions[record] = world.history.version(record);
                }
                output.add(() -> show(names, versions));
            }
        }
        output.forEach(down::send);
        output.clear();
    }

    void pushFlush() {
        if (tracked && !mute) {
            output.add(() -> {
                world.history.note(() -> "push of everything arrives");
                if (!closed && world.mutant != SimMutant.FLUSH_IGNORED) {
                    listener().flushed();
                }
            });
        }
    }

    private Pushes listener() {
        Pushes listener = pushes;
        return listener == null || closed ? Ignored.ALL : listener;
    }

    private enum Ignored implements Pushes {
        ALL;

        @Override
        public void changed(String name) {}

        @Override
        public void flushed() {}

        @Override
        public void failed(Throwable failure) {}
    }

    /** Redis ends the connection; {@code reset}: what is under way is lost. */
    void cut(boolean reset) {
        world.redis.drop(this);
        if (reset) {
            up.drop();
            down.drop();
        }
        down.send(this::disconnected);
    }

    void untrack() {
        tracked = false;
    }

    /** No push is passed on any more. */
    void mute() {
        mute = true;
    }

    /** The next push cannot be read. */
    void garble() {
        garbled = true;
    }

    void stall(boolean upwards, boolean downwards) {
        up.stall(upwards);
        down.stall(downwards);
    }
}
