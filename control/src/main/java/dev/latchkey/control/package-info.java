/**
 * The control plane as a whole. {@link dev.latchkey.control.ControlPlane} makes and closes all its parts.
 */
@NullMarked
package dev.latchkey.control;

import org.jspecify.annotations.NullMarked;
