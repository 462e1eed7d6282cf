/**
 * The YAML of a policy file as a tree with line numbers, and the problems that are found in the file. Does not
 * depend on policy rules.
 */
@NullMarked
package dev.latchkey.policy.file;

import org.jspecify.annotations.NullMarked;
