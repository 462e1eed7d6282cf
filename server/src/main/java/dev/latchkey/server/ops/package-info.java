/**
 * The operators' view of the sidecar: metrics, readiness and the last use of keys. Nothing in this package decides
 * about a request.
 */
@NullMarked
package dev.latchkey.server.ops;

import org.jspecify.annotations.NullMarked;
