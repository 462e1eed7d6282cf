/**
 * The invalidation feed: the connection on which Redis pushes the names of changed records, and the eviction of these
 * records from the near cache. No request waits for the feed.
 */
@NullMarked
package dev.latchkey.server.feed;

import org.jspecify.annotations.NullMarked;
