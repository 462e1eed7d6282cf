/**
 * The composition root of the control plane: {@link dev.latchkey.control.ControlPlane} creates and closes all parts.
 */
@NullMarked
package dev.latchkey.control;

import org.jspecify.annotations.NullMarked;
