package dev.latchkey.server.feed;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The network between sidecar and Redis: delays, and what stands still. */
final class SimNetwork {
    private final SimTime time;
    private final SimDice dice;
    private final List<Pipe> pipes = new ArrayList<>();
    private final long usualDelay;
    private boolean stalled;
    private long slow;

    SimNetwork(SimTime time, SimDice dice) {
        this.time = time;
        this.dice = dice;
        this.usualDelay = dice.oneIn(3) ? 40 * SimTime.MILLI : SimTime.MILLI / 5;
    }

    /** Nothing passes from now on, or everything again; what was sent meanwhile arrives late. */
    void stall(boolean stall) {
        stalled = stall;
        if (!stall) {
            pipes.forEach(Pipe::resume);
        }
    }

    /** Everything takes up to {@code delay} longer; 0 to end that. */
    void slow(long delay) {
        slow = delay;
    }

    boolean isStalled() {
        return stalled;
    }

    long delay() {
        long delay = 1 + dice.below(dice.oneIn(8) ? 5 * usualDelay / 2 : usualDelay);
        return slow == 0 ? delay : delay + dice.below(slow);
    }

    /** A datagram: it arrives once, or is lost. */
    void toSidecar(Runnable arrival) {
        time.sidecar(delay(), () -> {
            if (!stalled) {
                arrival.run();
            }
        });
    }

    void toRedis(Runnable arrival) {
        time.world(delay(), () -> {
            if (!stalled) {
                arrival.run();
            }
        });
    }

    Pipe pipe(boolean toSidecar) {
        Pipe pipe = new Pipe(toSidecar);
        pipes.add(pipe);
        return pipe;
    }

    /** One direction of a connection: what is sent arrives in order, if at all. */
    final class Pipe {
        private final boolean toSidecar;
        private final Deque<Runnable> underWay = new ArrayDeque<>();
        private long lastArrival;
        private int owed;
        private boolean stalledAlone;

        private Pipe(boolean toSidecar) {
            this.toSidecar = toSidecar;
        }

        void send(Runnable arrival) {
            underWay.add(arrival);
            lastArrival = Math.max(lastArrival, time.now() + delay());
            schedule(lastArrival - time.now());
        }

        void stall(boolean stall) {
            stalledAlone = stall;
            if (!stall) {
                resume();
            }
        }

        /** What is under way is lost. */
        void drop() {
            underWay.clear();
        }

        private void schedule(long delay) {
            if (toSidecar) {
                time.sidecar(delay, this::arrive);
            } else {
                time.world(delay, this::arrive);
            }
        }

        private void arrive() {
            if (stalled || stalledAlone) {
                owed++;
                return;
            }
            Runnable first = underWay.poll();
            if (first != null) {
                first.run();
            }
        }

        private void resume() {
            for (; owed > 0; owed--) {
                schedule(delay());
            }
        }
    }
}
