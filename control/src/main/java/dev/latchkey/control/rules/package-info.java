/**
 * The rules for requests that do not depend on stored data. Each request is checked completely, and the caller receives
 * all violations at once. This package must not depend on gRPC or Redis.
 */
@NullMarked
package dev.latchkey.control.rules;

import org.jspecify.annotations.NullMarked;
