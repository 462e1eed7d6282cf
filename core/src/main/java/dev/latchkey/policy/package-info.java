/**
 * The policy: which scope each method and path requires. Holds the parser of policy files and the route table that is
 * built from them. Does not depend on gRPC or Redis.
 */
@NullMarked
package dev.latchkey.policy;

import org.jspecify.annotations.NullMarked;
