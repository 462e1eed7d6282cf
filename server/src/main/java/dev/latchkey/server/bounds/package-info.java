/**
 * Limits on the resources that a peer of the check port can take from a sidecar: connections, open streams, unfinished
 * messages and header blocks, and event loop time. Nothing in this package knows the content of a check: a call beyond
 * a limit gets the denial that the caller of this package supplies.
 */
@NullMarked
package dev.latchkey.server.bounds;

import org.jspecify.annotations.NullMarked;
