/** The import of keys that exist elsewhere. */
@NullMarked
package dev.latchkey.control.imports;

import org.jspecify.annotations.NullMarked;
