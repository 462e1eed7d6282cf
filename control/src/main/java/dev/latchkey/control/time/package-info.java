/**
 * The time by the clock of Redis, which decides when keys expire. This package must not know what the time is used for.
 */
@NullMarked
package dev.latchkey.control.time;

import org.jspecify.annotations.NullMarked;
