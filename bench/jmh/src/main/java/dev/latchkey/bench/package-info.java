/**
 * What each step of a check costs, with JMH: one class a step. Each runs over many different keys, for what is the same
 * each time is soon no work at all.
 */
@NullMarked
package dev.latchkey.bench;

import org.jspecify.annotations.NullMarked;
