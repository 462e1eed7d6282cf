/**
 * The operations on keys: creation, rotation, update and revocation, and the errors that callers receive if an
 * operation fails. This package must not depend on gRPC or on Redis commands.
 */
@NullMarked
package dev.latchkey.control.keys;

import org.jspecify.annotations.NullMarked;
