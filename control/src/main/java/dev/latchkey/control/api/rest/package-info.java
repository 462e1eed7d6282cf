/**
 * REST: the control plane's gRPC services once more, as HTTP and JSON, by the {@code google.api.http} rules of their protos.
 * Everything here goes by descriptors: a new call or message needs no code.
 */
@NullMarked
package dev.latchkey.control.api.rest;

import org.jspecify.annotations.NullMarked;
