/**
 * The REST interface: the gRPC services of the control plane, also served as HTTP and JSON according to the {@code
 * google.api.http} rules of their protos. All code here works on descriptors: a new call or message needs no code.
 */
@NullMarked
package dev.latchkey.control.api.rest;

import org.jspecify.annotations.NullMarked;
