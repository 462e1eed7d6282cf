/**
 * Explains, step by step, what a sidecar would decide about a request. An observed run of the same decision on the same
 * index yields the explanation. Nothing here changes data or reveals a key.
 */
@NullMarked
package dev.latchkey.control.explain;

import org.jspecify.annotations.NullMarked;
