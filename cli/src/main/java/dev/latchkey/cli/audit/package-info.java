/** {@code latchkey audit}. */
@NullMarked
package dev.latchkey.cli.audit;

import org.jspecify.annotations.NullMarked;
