/**
 * The {@code latchkey} command: {@link dev.latchkey.cli.Main} and one package for each group of commands. This module
 * may depend on all modules of the product; none of them depends on this module.
 */
@NullMarked
package dev.latchkey.cli;

import org.jspecify.annotations.NullMarked;
