/** What time it is: by Redis' clock, by which keys end. Must not know what the time is for. */
@NullMarked
package dev.latchkey.control.time;

import org.jspecify.annotations.NullMarked;
