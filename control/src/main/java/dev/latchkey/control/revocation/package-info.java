/**
 * Takes access away: revokes one key or all keys of a workspace, waits until no sidecar allows them, and removes ended keys on
 * request.
 */
@NullMarked
package dev.latchkey.control.revocation;

import org.jspecify.annotations.NullMarked;
