/** The checks of whether Redis can serve a sidecar: the heartbeat, and the permissions of the Redis users. */
@NullMarked
package dev.latchkey.redis.health;

import org.jspecify.annotations.NullMarked;
