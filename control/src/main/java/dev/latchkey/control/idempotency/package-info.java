/** Calls with a request id: a repeated call gets the result of the first call (AIP-155). */
@NullMarked
package dev.latchkey.control.idempotency;

import org.jspecify.annotations.NullMarked;
