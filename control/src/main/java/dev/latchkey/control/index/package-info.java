/**
 * The path of a change from the ledger to the index that sidecars read: the writer, the announcements to sidecars, and
 * the check that this is the right Redis.
 */
@NullMarked
package dev.latchkey.control.index;

import org.jspecify.annotations.NullMarked;
