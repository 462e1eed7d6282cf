/** The rebuilding of the index from the ledger when an operator asks for it. Knows neither the wire nor Redis. */
@NullMarked
package dev.latchkey.control.rebuild;

import org.jspecify.annotations.NullMarked;
