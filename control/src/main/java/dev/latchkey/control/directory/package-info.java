/** Finds keys and shows them as their owners see them. Changes nothing. */
@NullMarked
package dev.latchkey.control.directory;

import org.jspecify.annotations.NullMarked;
