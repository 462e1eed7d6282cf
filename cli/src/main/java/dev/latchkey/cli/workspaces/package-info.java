/** The {@code latchkey workspaces} commands. */
@NullMarked
package dev.latchkey.cli.workspaces;

import org.jspecify.annotations.NullMarked;
