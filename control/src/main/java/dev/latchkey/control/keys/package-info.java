/**
 * The rules about keys and workspaces: what may be asked for, what becomes of it, and what the caller is told if it cannot be.
 * Knows neither gRPC nor Redis' commands.
 */
@NullMarked
package dev.latchkey.control.keys;

import org.jspecify.annotations.NullMarked;
