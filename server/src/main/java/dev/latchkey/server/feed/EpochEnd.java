package dev.latchkey.server.feed;

import java.util.Locale;

/** The reason why an epoch ended and all records in memory were dropped. */
public enum EpochEnd {
    /** The connection was lost. */
    DISCONNECTED,
    /** Redis has pushed that every record may have changed. */
    FLUSHED,
    /**
     * No heartbeat was answered for the length of the lease, the machine was suspended, or an
     * unconfirmed connection stayed silent.
     */
    LEASE_LOST,
    /** Redis no longer tracks changes for the connection. */
    TRACKING_OFF,
    /** A control plane has written the canary, but no push has announced the write. */
    CANARY_MISSED,
    /** A push could not be processed, or the feed failed unexpectedly. */
    FAULT;

    /** Returns the label value in metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
