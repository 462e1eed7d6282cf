/**
 * The ledger: the control plane's own records in Redis, which state the intent. The index is their projection. Nothing
 * here writes records to the index; the package {@code index} carries each change there.
 */
@NullMarked
package dev.latchkey.control.ledger;

import org.jspecify.annotations.NullMarked;
