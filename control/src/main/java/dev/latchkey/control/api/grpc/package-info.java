/** The gRPC services, which translate messages to calls of the rules, and failures to gRPC status codes. */
@NullMarked
package dev.latchkey.control.api.grpc;

import org.jspecify.annotations.NullMarked;
