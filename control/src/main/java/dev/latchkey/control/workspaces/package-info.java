/** The operations on workspaces: creation, listing, activation, and the generation of their keys. */
@NullMarked
package dev.latchkey.control.workspaces;

import org.jspecify.annotations.NullMarked;
