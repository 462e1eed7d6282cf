package dev.latchkey.server.feed;

import dev.latchkey.server.feed.FeedConnection.Pushes;
import dev.latchkey.server.feed.SimRecords.State;

/** What may be wrong with the near cache. The simulation has to see each of these. */
public enum SimMutant {
    NONE(0),
    /** An answer is stored although a push came before it: I2. */
    STORED_WITHOUT_PLACEHOLDER(5_000),
    /** Who comes after a push is given the answer to a question from before it: I4. */
    KILLED_FLIGHT_JOINED(5_000),
    /** What was in memory stays there when a connection follows on another: I5. */
    MEMORY_OUTLIVES_CONNECTION(500),
    /** The answer to a read over an old connection is stored for a new one: I5. */
    LATE_ANSWER_STORED_ANEW(5_000),
    /** A lease lasts for ever: I7. */
    LEASE_WITHOUT_END(500),
    /** It counts from the arrival of the answer. */
    LEASE_FROM_REPLY(50_000),
    /** It does not look at the wall clock. */
    LEASE_WITHOUT_WALL_CLOCK(5_000),
    /** A decision is not held against the stamp of what it was read from. */
    STAMP_NOT_COMPARED(100_000),
    /** Pushes are processed on another thread, so that answers from behind them overtake them. */
    PUSHES_HANDED_OFF(1_000),
    /** Of several names in one push the first is taken. */
    FIRST_NAME_ONLY(500),
    WORKSPACES_NOT_EVICTED(500),
    /** Only what has become bad is evicted: what has become good stays unknown. */
    GOOD_NEWS_NOT_TAKEN(500),
    FLUSH_IGNORED(1_000),
    GARBLED_PUSH_IGNORED(1_000),
    /** The answer to {@code CLIENT TRACKINGINFO} is not looked at. */
    TRACKING_NOT_LOOKED_AT(50_000),
    /** No canary is seen, as if no control plane were alive: pushes are neither awaited nor missed. */
    CANARY_NOT_READ(5_000),
    /** A canary that is written and not pushed is not noticed. */
    CANARY_MISS_IGNORED(5_000),
    /** Commands have no timeout, and those of a closed connection do not fail. */
    READS_WITHOUT_END(500),
    /** A connection that is given up is not replaced. */
    GIVEN_UP_FOR_EVER(500);

    private final int within;

    SimMutant(int within) {
        this.within = within;
    }

    /** Returns how many schedules it may take to see it. */
    int within() {
        return within;
    }

    /** Hands over a push. */
    void show(Pushes pushes, int names, SimHistory history) {
        for (int name = 0; name <= SimRecords.CANARY; name++) {
            if (SimRedis.holds(names, name) && !misses(name, names, history)) {
                pushes.changed(SimRecords.name(name));
            }
        }
    }

    private boolean misses(int name, int names, SimHistory history) {
        return switch (this) {
            case FIRST_NAME_ONLY -> (names & ((1 << name) - 1)) != 0;
            case WORKSPACES_NOT_EVICTED -> name == SimRecords.WORKSPACE;
            case GOOD_NEWS_NOT_TAKEN -> name < SimRecords.COUNT && history.state(name) == State.GOOD;
            default -> false;
        };
    }

    /** Returns what the sidecar takes for the time of the canary. */
    long seen(long writtenAt) {
        return switch (this) {
            case CANARY_NOT_READ -> 0;
            case CANARY_MISS_IGNORED -> writtenAt == 0 ? 0 : Long.MAX_VALUE;
            default -> writtenAt;
        };
    }
}
