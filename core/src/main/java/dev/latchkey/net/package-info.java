/**
 * How many connections a port's clients may have. Knows no protocol.
 */
@NullMarked
package dev.latchkey.net;

import org.jspecify.annotations.NullMarked;
