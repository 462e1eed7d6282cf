/** The client of the control plane: its address, options and TLS, and the messages for people about failed calls. */
@NullMarked
package dev.latchkey.cli.client;

import org.jspecify.annotations.NullMarked;
