/** The records of the ledger and their text form. Immutable values; nothing here talks to Redis. */
@NullMarked
package dev.latchkey.control.record;

import org.jspecify.annotations.NullMarked;
