/**
 * The port that Envoy connects to: the gRPC server, its transport, and the lock of a Unix socket. No key is known here.
 */
@NullMarked
package dev.latchkey.server.port;

import org.jspecify.annotations.NullMarked;
