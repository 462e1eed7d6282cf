/** {@code latchkey keys import}: reads files of keys and sends them to the control plane. */
@NullMarked
package dev.latchkey.cli.keys.imports;

import org.jspecify.annotations.NullMarked;
