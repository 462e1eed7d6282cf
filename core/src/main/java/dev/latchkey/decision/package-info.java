/**
 * The decision about one request, as a value: allow, or deny with a reason from a closed list. Does not depend
 * on gRPC or Redis.
 */
@NullMarked
package dev.latchkey.decision;

import org.jspecify.annotations.NullMarked;
