/**
 * The life of keys and workspaces: what becomes of what is asked for, and what the caller is told if it cannot be. Knows neither
 * gRPC nor Redis' commands.
 */
@NullMarked
package dev.latchkey.control.keys;

import org.jspecify.annotations.NullMarked;
