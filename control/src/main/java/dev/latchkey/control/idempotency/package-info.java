/** Calls with a request id: a repeated call gets the answer of the first one (AIP-155). */
@NullMarked
package dev.latchkey.control.idempotency;

import org.jspecify.annotations.NullMarked;
