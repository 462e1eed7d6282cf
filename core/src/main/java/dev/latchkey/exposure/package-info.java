/** Whom the machine and its network let near files and ports. Knows no settings. */
@NullMarked
package dev.latchkey.exposure;

import org.jspecify.annotations.NullMarked;
