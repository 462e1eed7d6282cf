/**
 * The operators' port of either process: metrics, whether it lives, whether it is ready. What the pages say comes from the process.
 */
@NullMarked
package dev.latchkey.ops;

import org.jspecify.annotations.NullMarked;
