/**
 * Connections to Redis: how a connection is opened, replaced and closed, and what the errors of Redis mean. The only package of
 * this module that knows the client library, apart from {@code redis.health}. Decides nothing about keys.
 */
@NullMarked
package dev.latchkey.redis;

import org.jspecify.annotations.NullMarked;
