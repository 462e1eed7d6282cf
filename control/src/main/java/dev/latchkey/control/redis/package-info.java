/**
 * Calls to Redis with a bounded wait, their errors, and the permissions of the control plane's Redis user. Knows no records.
 */
@NullMarked
package dev.latchkey.control.redis;

import org.jspecify.annotations.NullMarked;
