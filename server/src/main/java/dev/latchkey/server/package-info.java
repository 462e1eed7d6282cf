/**
 * The sidecar as a whole. {@link dev.latchkey.server.Sidecar} makes every part and closes it.
 */
@NullMarked
package dev.latchkey.server;

import org.jspecify.annotations.NullMarked;
