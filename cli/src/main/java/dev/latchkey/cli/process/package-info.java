/**
 * The commands that run a process or generate its secrets ({@code latchkey sidecar}, {@code control}, {@code pepper},
 * {@code token}), the {@code index} command, and the log of a process.
 */
@NullMarked
package dev.latchkey.cli.process;

import org.jspecify.annotations.NullMarked;
