/**
 * Connections to Redis: how a connection is opened, replaced and closed, and what the errors of Redis mean. Apart from
 * {@code redis.health}, this is the only package of the module that uses the client library. This package makes no
 * decisions about keys.
 */
@NullMarked
package dev.latchkey.redis;

import org.jspecify.annotations.NullMarked;
