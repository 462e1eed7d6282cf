/**
 * Checks of who else can reach a file or a port, by the permissions and addresses of this machine. Independent
 * of the settings.
 */
@NullMarked
package dev.latchkey.exposure;

import org.jspecify.annotations.NullMarked;
