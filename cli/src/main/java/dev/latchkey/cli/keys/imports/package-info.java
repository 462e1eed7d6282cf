/** The {@code latchkey keys import} command, which reads a file of keys and sends the keys to the control plane. */
@NullMarked
package dev.latchkey.cli.keys.imports;

import org.jspecify.annotations.NullMarked;
