/**
 * The control plane's only port: gRPC and REST on the outside, the rules of {@code keys} on the inside. Only this
 * package and its subpackages know protobuf and gRPC; Armeria is also known to {@code console}.
 */
@NullMarked
package dev.latchkey.control.api;

import org.jspecify.annotations.NullMarked;
