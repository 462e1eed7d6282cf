/** The {@code latchkey audit} commands. */
@NullMarked
package dev.latchkey.cli.audit;

import org.jspecify.annotations.NullMarked;
