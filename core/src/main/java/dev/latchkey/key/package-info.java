/**
 * API keys: their text form, their digests under a pepper, and the records that the index holds of keys and workspaces.
 * Does not depend on gRPC or Redis.
 */
@NullMarked
package dev.latchkey.key;

import org.jspecify.annotations.NullMarked;
