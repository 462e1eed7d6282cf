/** The rebuild of the index from the ledger at an operator's request. Knows neither the wire format nor Redis. */
@NullMarked
package dev.latchkey.control.rebuild;

import org.jspecify.annotations.NullMarked;
