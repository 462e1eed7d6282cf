/**
 * Lists of keys: which of a workspace's keys are shown, in which order, a page at a time. Changes nothing, and reads no more than
 * it has to.
 */
@NullMarked
package dev.latchkey.control.listing;

import org.jspecify.annotations.NullMarked;
