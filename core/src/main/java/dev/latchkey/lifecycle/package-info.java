/** The parts of start and shutdown that both processes share, independent of the components that are started. */
@NullMarked
package dev.latchkey.lifecycle;

import org.jspecify.annotations.NullMarked;
