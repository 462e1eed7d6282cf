/** The sample backend of the demo. */
@NullMarked
package dev.latchkey.cli.demo.backend;

import org.jspecify.annotations.NullMarked;
