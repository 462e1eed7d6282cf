/**
 * What a process knows of its own log.
 */
@NullMarked
package dev.latchkey.log;

import org.jspecify.annotations.NullMarked;
