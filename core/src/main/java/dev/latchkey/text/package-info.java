/**
 * Texts: those that people name, and what messages to people need. Knows nothing of keys, policies or settings.
 */
@NullMarked
package dev.latchkey.text;

import org.jspecify.annotations.NullMarked;
