/**
 * The control plane's one port: gRPC on the outside, the rules of {@code keys} on the inside. The only package that knows
 * protobuf, gRPC and Armeria.
 */
@NullMarked
package dev.latchkey.control.api;

import org.jspecify.annotations.NullMarked;
