/**
 * Calls to Redis with a bounded wait, the errors of these calls, and the permissions of the control plane's Redis user.
 * This package knows no records.
 */
@NullMarked
package dev.latchkey.control.redis;

import org.jspecify.annotations.NullMarked;
