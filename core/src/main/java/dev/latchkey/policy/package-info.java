/**
 * Which scope a method and path require: the policy file, the route table made of it, and the one spelling of a path that
 * is matched. Knows neither gRPC nor Redis.
 */
@NullMarked
package dev.latchkey.policy;

import org.jspecify.annotations.NullMarked;
