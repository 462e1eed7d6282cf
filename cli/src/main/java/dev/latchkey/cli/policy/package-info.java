/**
 * The {@code latchkey policy} and {@code latchkey explain} commands, which show the content of a policy and how a
 * request would be decided.
 */
@NullMarked
package dev.latchkey.cli.policy;

import org.jspecify.annotations.NullMarked;
