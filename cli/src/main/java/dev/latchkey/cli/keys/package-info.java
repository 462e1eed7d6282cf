/** {@code latchkey keys}, apart from its import. */
@NullMarked
package dev.latchkey.cli.keys;

import org.jspecify.annotations.NullMarked;
