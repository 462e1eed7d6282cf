/**
 * Request paths and path templates: the canonical spelling of a path, and the search for the template that matches it. Knows no
 * scopes and no files.
 */
@NullMarked
package dev.latchkey.policy.path;

import org.jspecify.annotations.NullMarked;
