/**
 * What callers may ask for, whatever is stored: each request is checked whole, and told all that is wrong with it at once. Knows
 * neither gRPC nor Redis.
 */
@NullMarked
package dev.latchkey.control.rules;

import org.jspecify.annotations.NullMarked;
