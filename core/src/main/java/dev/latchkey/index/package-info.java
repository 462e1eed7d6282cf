/**
 * The key index: the {@link dev.latchkey.index.KeyIndex} seam, its limit on concurrent reads, its clock, and the only
 * place that knows the names and fields of the schema in Redis.
 */
@NullMarked
package dev.latchkey.index;

import org.jspecify.annotations.NullMarked;
