/**
 * The written forms of settings: values as they were given, how each kind of value is parsed, and the problems found. Knows no
 * particular setting.
 */
@NullMarked
package dev.latchkey.config.value;

import org.jspecify.annotations.NullMarked;
