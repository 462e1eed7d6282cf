/**
 * The settings of both processes, the sidecar and the control plane: read once, checked as a whole and immutable. One
 * report lists all problems.
 */
@NullMarked
package dev.latchkey.config;

import org.jspecify.annotations.NullMarked;
