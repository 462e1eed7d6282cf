/**
 * The invalidation feed: the connection on which Redis pushes the names of changed records, and what it does to the cache. No
 * request waits for it.
 */
@NullMarked
package dev.latchkey.server.feed;

import org.jspecify.annotations.NullMarked;
