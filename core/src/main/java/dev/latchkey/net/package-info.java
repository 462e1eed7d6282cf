/** Limits on the connections of a port's clients, independent of the protocol. */
@NullMarked
package dev.latchkey.net;

import org.jspecify.annotations.NullMarked;
