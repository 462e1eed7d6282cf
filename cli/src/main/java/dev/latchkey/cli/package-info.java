/**
 * The {@code latchkey} command: {@link dev.latchkey.cli.Main} and one class for each group of commands. Knows every other
 * module; none knows it.
 */
@NullMarked
package dev.latchkey.cli;

import org.jspecify.annotations.NullMarked;
