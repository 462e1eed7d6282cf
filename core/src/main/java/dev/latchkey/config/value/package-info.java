/**
 * The written forms of settings: raw values, parsers for each kind of value, and the problems found. This package knows
 * no particular setting.
 */
@NullMarked
package dev.latchkey.config.value;

import org.jspecify.annotations.NullMarked;
