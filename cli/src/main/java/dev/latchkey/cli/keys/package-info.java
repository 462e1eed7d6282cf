/** The {@code latchkey keys} commands, except the import. */
@NullMarked
package dev.latchkey.cli.keys;

import org.jspecify.annotations.NullMarked;
