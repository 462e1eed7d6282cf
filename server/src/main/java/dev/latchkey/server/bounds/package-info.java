/**
 * Bounds on what a peer of the checks' port can make a sidecar hold: connections, open streams, unfinished messages and header
 * blocks, and how much of an event loop it can take. Nothing here knows what a check is; what is beyond a bound is answered by the
 * caller's denial where it is a call.
 */
@NullMarked
package dev.latchkey.server.bounds;

import org.jspecify.annotations.NullMarked;
