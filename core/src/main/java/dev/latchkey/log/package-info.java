/** Logging without repetition of known problems, and the counts of log lines that were dropped. */
@NullMarked
package dev.latchkey.log;

import org.jspecify.annotations.NullMarked;
