/** The parts of the surrounding process that a command uses: environment variables, standard input and signals. */
@NullMarked
package dev.latchkey.cli.environment;

import org.jspecify.annotations.NullMarked;
