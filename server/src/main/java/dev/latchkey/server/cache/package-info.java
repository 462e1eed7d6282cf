/**
 * The near cache: records of the index kept in memory, and kept true by what Redis pushes. {@link
 * dev.latchkey.server.cache.CachedRecords} says by which rules.
 */
@NullMarked
package dev.latchkey.server.cache;

import org.jspecify.annotations.NullMarked;
