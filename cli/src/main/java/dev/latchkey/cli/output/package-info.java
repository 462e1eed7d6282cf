/** The presentation of results and failures on a terminal. This package must not depend on a command. */
@NullMarked
package dev.latchkey.cli.output;

import org.jspecify.annotations.NullMarked;
