/** The errors of REST as problem documents (RFC 9457). */
@NullMarked
package dev.latchkey.control.api.rest.problem;

import org.jspecify.annotations.NullMarked;
