/** {@code latchkey workspaces}. */
@NullMarked
package dev.latchkey.cli.workspaces;

import org.jspecify.annotations.NullMarked;
