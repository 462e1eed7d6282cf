package dev.latchkey.server.cache;

import java.time.Duration;

/**
 * How much is kept in memory, and for how long.
 *
 * @param entries records of keys, and as many of workspaces
 * @param absent digests and workspaces that the index does not have; apart, so that a flood of them evicts no record
 * @param maxAge at the latest after which a record is read again although nothing was pushed; a guard against faults nobody knows of
 */
public record CacheLimits(long entries, long absent, Duration maxAge) {}
