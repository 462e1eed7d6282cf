/**
 * The checks that every call passes first, by gRPC and by REST: authentication, roles, shares of the call threads, and
 * the logs of refused calls.
 */
@NullMarked
package dev.latchkey.control.api.gate;

import org.jspecify.annotations.NullMarked;
