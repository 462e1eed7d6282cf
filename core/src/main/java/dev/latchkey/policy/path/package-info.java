/**
 * Request paths and path templates: the canonical form of a path, and the search for the template that matches it. Does
 * not depend on scopes or files.
 */
@NullMarked
package dev.latchkey.policy.path;

import org.jspecify.annotations.NullMarked;
