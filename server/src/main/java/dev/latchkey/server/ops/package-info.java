/**
 * What operators see of the sidecar: metrics, whether it lives, whether it is ready. Nothing here decides about a request.
 */
@NullMarked
package dev.latchkey.server.ops;

import org.jspecify.annotations.NullMarked;
