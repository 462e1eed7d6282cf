/** The port that Envoy connects to: the gRPC server, its transport, and the lock of a Unix socket. Knows no keys. */
@NullMarked
package dev.latchkey.server.port;

import org.jspecify.annotations.NullMarked;
