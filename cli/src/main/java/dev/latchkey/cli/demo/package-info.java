/**
 * {@code latchkey demo}: everything on one machine, in one go, with a real Redis and a real Envoy. Its parts serve the
 * end-to-end tests as well.
 */
@NullMarked
package dev.latchkey.cli.demo;

import org.jspecify.annotations.NullMarked;
