/** The life of workspaces. */
@NullMarked
package dev.latchkey.control.workspaces;

import org.jspecify.annotations.NullMarked;
