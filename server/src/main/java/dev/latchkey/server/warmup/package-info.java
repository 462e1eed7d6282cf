/**
 * Everything that runs before the sidecar is ready: it sends checks to a server of its own until the JVM has compiled the code
 * that answers them.
 */
@NullMarked
package dev.latchkey.server.warmup;

import org.jspecify.annotations.NullMarked;
