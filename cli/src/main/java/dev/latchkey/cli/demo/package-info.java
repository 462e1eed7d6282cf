/**
 * The {@code latchkey demo} command, which runs all parts of Latchkey on one machine with a real Redis and a real
 * Envoy. The end-to-end tests use parts of this package as well.
 */
@NullMarked
package dev.latchkey.cli.demo;

import org.jspecify.annotations.NullMarked;
