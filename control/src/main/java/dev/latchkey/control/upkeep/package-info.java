/**
 * Background tasks that keep the index equal to the ledger, and that remove data that has been kept long enough.
 * Nothing here answers a call.
 */
@NullMarked
package dev.latchkey.control.upkeep;

import org.jspecify.annotations.NullMarked;
