/**
 * The ext_authz edge: reads Envoy's request message, asks for a decision and writes Envoy's response message. Only this
 * package translates between Envoy's messages and decisions.
 */
@NullMarked
package dev.latchkey.server.authz;

import org.jspecify.annotations.NullMarked;
