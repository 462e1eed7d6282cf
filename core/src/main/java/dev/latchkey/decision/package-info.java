/**
 * The decision about one request, as a value: allow, or deny with one of a closed list of reasons. Knows neither gRPC nor
 * Redis.
 */
@NullMarked
package dev.latchkey.decision;

import org.jspecify.annotations.NullMarked;
