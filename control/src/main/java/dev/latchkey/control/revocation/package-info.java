/**
 * The removal of access: revokes one key or all keys of a workspace, waits until no sidecar can allow them any longer,
 * and purges ended keys on request.
 */
@NullMarked
package dev.latchkey.control.revocation;

import org.jspecify.annotations.NullMarked;
