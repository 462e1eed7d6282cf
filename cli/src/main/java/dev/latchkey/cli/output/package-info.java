/** How results and failures look on a terminal. Knows no command. */
@NullMarked
package dev.latchkey.cli.output;

import org.jspecify.annotations.NullMarked;
