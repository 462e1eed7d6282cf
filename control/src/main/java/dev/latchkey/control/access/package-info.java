/**
 * The callers of the control plane and the workspaces that each of them can know of. This package must not depend on
 * the wire protocols or on Redis.
 */
@NullMarked
package dev.latchkey.control.access;

import org.jspecify.annotations.NullMarked;
