/**
 * Commands that start a process or make its secrets: {@code latchkey sidecar}, {@code control}, {@code pepper}, {@code token},
 * {@code index}; and the log of a process.
 */
@NullMarked
package dev.latchkey.cli.process;

import org.jspecify.annotations.NullMarked;
