/** The OpenAPI document of the REST API, generated from the protos. */
@NullMarked
package dev.latchkey.control.api.rest.openapi;

import org.jspecify.annotations.NullMarked;
