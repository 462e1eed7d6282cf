/**
 * The key index in Redis: the {@link dev.latchkey.index.KeyIndex} seam, its reader, and the only place that knows the names
 * and fields of the schema.
 */
@NullMarked
package dev.latchkey.index;

import org.jspecify.annotations.NullMarked;
