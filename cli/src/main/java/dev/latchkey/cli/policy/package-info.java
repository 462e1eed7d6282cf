/** {@code latchkey policy} and {@code latchkey explain}: what a policy says, and how a request would be decided. */
@NullMarked
package dev.latchkey.cli.policy;

import org.jspecify.annotations.NullMarked;
