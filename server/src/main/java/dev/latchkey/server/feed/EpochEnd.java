package dev.latchkey.server.feed;

import java.util.Locale;

/** Why all that was in memory had to be forgotten. */
public enum EpochEnd {
    /** The connection is gone. */
    DISCONNECTED,
    /** Redis has said that everything may have changed. */
    FLUSHED,
    /** No heartbeat was answered for the length of the lease, or the machine was suspended. */
    LEASE_LOST,
    /** Redis no longer tracks changes for the connection. */
    TRACKING_OFF,
    /** A control plane writes the canary, and no push tells of it. */
    CANARY_MISSED,
    /** A push could not be read, or something failed on the way. */
    FAULT;

    /** Returns the spelling in metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
