/** What a command takes from the process around it: variables, standard input, signals. */
@NullMarked
package dev.latchkey.cli.environment;

import org.jspecify.annotations.NullMarked;
