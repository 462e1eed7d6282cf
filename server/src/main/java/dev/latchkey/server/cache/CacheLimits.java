package dev.latchkey.server.cache;

import java.time.Duration;

/**
 * The limits on the size of the near cache and on the age of its records.
 *
 * @param entries the maximum number of key records, and also the maximum number of workspace records
 * @param absent the maximum number of digests, and of workspace ids, that are remembered as absent from the index; a
 *     separate limit, so that a flood of unknown keys evicts no record
 * @param maxAge the age after which a record is read again even if no push has arrived; a
 *     safeguard against unknown faults
 */
public record CacheLimits(long entries, long absent, Duration maxAge) {}
