package dev.latchkey.server.feed;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.server.feed.SimRecords.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model of Redis, of what it does for the near cache: commands are executed one after the other, in cycles; the
 * answers and the pushes of a cycle are sent at its end, each connection's pushes after its answers.
 */
final class SimRedis {
    private final SimWorld world;
    private final List<SimConnection> clients = new ArrayList<>();
    private final List<Waiting> backlog = new ArrayList<>();
    private boolean down;
    private boolean stopped;
    private boolean inCycle;
    private long cycleEnd;
    /** A bit for each name. */
    private int changed;

    private long canaryAt;
    /** Whether it, or a proxy before it, takes whatever is asked and pushes nothing. */
    private boolean mute;

    private boolean resp2;
    private boolean refuses;

    private record Waiting(Object client, Runnable command) {}

    SimRedis(SimWorld world) {
        this.world = world;
        // There is none yet, or one from before, from a control plane that is alive or is not.
        this.canaryAt = world.dice.oneIn(2) ? 0 : world.time.redisMillis() - world.dice.below(30_000);
    }

    /** A command of {@code client}'s has arrived. */
    void submit(Object client, Runnable command) {
        if (down) {
            return;
        }
        if (stopped) {
            backlog.add(new Waiting(client, command));
            return;
        }
        if (!inCycle) {
            inCycle = true;
            long length = world.dice.oneIn(4) ? world.dice.below(2 * SimTime.MILLI) : 0;
            cycleEnd = world.time.now() + length;
            world.time.world(length, this::endCycle);
        }
        command.run();
    }

    private void endCycle() {
        inCycle = false;
        int names = changed;
        changed = 0;
        List.copyOf(clients).forEach(client -> client.flush(names));
    }

    /** The control plane writes records, in one transaction. */
    void write(List<Integer> records, State next) {
        submit(this, () -> records.forEach(record -> change(record, next)));
    }

    private void change(int record, State next) {
        if (world.history.state(record) == State.ABSENT && next == State.ABSENT) {
            return; // Deleting what is not there is no change.
        }
        world.history.changed(record, next, cycleEnd);
        changed |= 1 << record;
    }

    void writeCanary() {
        submit(this, () -> {
            canaryAt = world.time.redisMillis();
            changed |= 1 << SimRecords.CANARY;
            world.history.note(() -> "redis: canary");
        });
    }

    /** Everything is forgotten, which is pushed as such. */
    void flushAll() {
        submit(this, () -> {
            forget();
            changed = 0;
            clients.forEach(SimConnection::pushFlush);
        });
    }

    private void forget() {
        for (int record = 0; record < SimRecords.COUNT; record++) {
            if (world.history.state(record) != State.ABSENT) {
                world.history.changed(record, State.ABSENT, cycleEnd);
            }
        }
        canaryAt = 0;
    }

    void accept(SimConnection client) {
        clients.add(client);
    }

    /** Commands of {@code client} that have not arrived are not executed. */
    void drop(SimConnection client) {
        clients.remove(client);
    }

    boolean serves(SimConnection client) {
        return clients.contains(client);
    }

    /** Ends the process, and all connections with it. */
    void kill(boolean keepsData) {
        down = true;
        cycleEnd = world.time.now();
        backlog.clear();
        changed = 0;
        if (!keepsData) {
            forget();
        }
        List.copyOf(clients).forEach(client -> client.cut(true));
    }

    void restart() {
        down = false;
    }

    /** SIGSTOP. */
    void stop() {
        stopped = true;
    }

    /** SIGCONT: what has arrived meanwhile is done in one cycle, each client's commands in their order. */
    void resume() {
        stopped = false;
        while (!backlog.isEmpty()) {
            Object client = backlog.get(world.dice.below(backlog.size())).client;
            for (int i = 0; ; i++) {
                if (backlog.get(i).client == client) {
                    submit(client, backlog.remove(i).command);
                    break;
                }
            }
        }
    }

    void mute(boolean on) {
        mute = on;
        if (on) {
            clients.forEach(SimConnection::mute);
        }
    }

    void speakResp2(boolean on) {
        resp2 = on;
    }

    void refuseTracking(boolean on) {
        refuses = on;
    }

    boolean isDown() {
        return down;
    }

    boolean isMute() {
        return mute;
    }

    boolean speaksResp2() {
        return resp2;
    }

    boolean refusesTracking() {
        return refuses;
    }

    long canaryAt() {
        return canaryAt;
    }

    Optional<KeyRecord> read(KeyDigest digest) {
        int key = SimRecords.key(digest);
        return SimRecords.key(key, world.history.state(key));
    }

    Optional<WorkspaceRecord> readWorkspace() {
        return SimRecords.workspace(world.history.state(SimRecords.WORKSPACE));
    }

    List<SimConnection> clients() {
        return clients;
    }

    static boolean holds(int names, int name) {
        return (names & 1 << name) != 0;
    }
}
