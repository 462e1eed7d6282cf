/** Text files that users name, and helpers for messages to people. Independent of keys, policies and settings. */
@NullMarked
package dev.latchkey.text;

import org.jspecify.annotations.NullMarked;
