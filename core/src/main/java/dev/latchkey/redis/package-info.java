/**
 * What is known of Redis as a peer, without its client library: how its errors are classified, and how soon a lost connection
 * is tried again. Must not know what is stored in it.
 */
@NullMarked
package dev.latchkey.redis;

import org.jspecify.annotations.NullMarked;
