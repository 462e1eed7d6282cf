/**
 * What stands before every call, by gRPC and by REST: authentication, roles, shares of the call threads, and logs of refusals.
 */
@NullMarked
package dev.latchkey.control.api.gate;

import org.jspecify.annotations.NullMarked;
