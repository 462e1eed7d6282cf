/** Who may call the control plane, and which workspaces each of them may know of. Knows neither the wire nor Redis. */
@NullMarked
package dev.latchkey.control.access;

import org.jspecify.annotations.NullMarked;
