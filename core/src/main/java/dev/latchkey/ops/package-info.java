/**
 * The operators' port, which both processes have: metrics, liveness and readiness. The process supplies the content
 * of the pages.
 */
@NullMarked
package dev.latchkey.ops;

import org.jspecify.annotations.NullMarked;
