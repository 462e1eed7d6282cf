/**
 * What the control plane keeps in Redis: the ledger, which is the intent, and the way of each change from there to the index,
 * which is its projection. The only package of the control plane that knows Redis' commands.
 */
@NullMarked
package dev.latchkey.control.ledger;

import org.jspecify.annotations.NullMarked;
