/**
 * Explains what a sidecar would decide about a request, step by step: the same decision, on the same index, watched. Changes
 * nothing, and shows no key.
 */
@NullMarked
package dev.latchkey.control.explain;

import org.jspecify.annotations.NullMarked;
