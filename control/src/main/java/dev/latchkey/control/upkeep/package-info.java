/**
 * Background tasks that keep the index equal to the ledger and remove what was kept long enough. Nothing here answers a call.
 */
@NullMarked
package dev.latchkey.control.upkeep;

import org.jspecify.annotations.NullMarked;
