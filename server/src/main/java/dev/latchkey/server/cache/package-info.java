/**
 * The near cache: index records in memory, invalidated by pushes from Redis. The class comment of
 * {@link dev.latchkey.server.cache.CachedRecords} states its invariants.
 */
@NullMarked
package dev.latchkey.server.cache;

import org.jspecify.annotations.NullMarked;
