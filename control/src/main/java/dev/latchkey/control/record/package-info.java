/** The records of the ledger and their text form. All records are immutable values. Nothing here talks to Redis. */
@NullMarked
package dev.latchkey.control.record;

import org.jspecify.annotations.NullMarked;
