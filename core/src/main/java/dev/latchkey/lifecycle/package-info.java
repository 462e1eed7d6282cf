/**
 * What both processes need to start and end. Knows nothing of what is started.
 */
@NullMarked
package dev.latchkey.lifecycle;

import org.jspecify.annotations.NullMarked;
