/** The composition root of the sidecar: {@link dev.latchkey.server.Sidecar} creates every part and closes it. */
@NullMarked
package dev.latchkey.server;

import org.jspecify.annotations.NullMarked;
