/** The client of the control plane: its address, its options, its TLS, and failed calls in plain words. */
@NullMarked
package dev.latchkey.cli.client;

import org.jspecify.annotations.NullMarked;
