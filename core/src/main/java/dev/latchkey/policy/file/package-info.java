/** The YAML of a policy file as a tree whose parts know their lines, and the problems found in it. Knows no rules. */
@NullMarked
package dev.latchkey.policy.file;

import org.jspecify.annotations.NullMarked;
