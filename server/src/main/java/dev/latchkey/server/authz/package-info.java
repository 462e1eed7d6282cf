/**
 * The ext_authz edge: Envoy's message in, a decision asked for, Envoy's message out. The only package that knows how Envoy
 * spells a request and an answer.
 */
@NullMarked
package dev.latchkey.server.authz;

import org.jspecify.annotations.NullMarked;
