/**
 * The warm-up, which runs before the sidecar is ready. It sends checks to a separate server, so that the JVM compiles
 * the code that answers checks.
 */
@NullMarked
package dev.latchkey.server.warmup;

import org.jspecify.annotations.NullMarked;
