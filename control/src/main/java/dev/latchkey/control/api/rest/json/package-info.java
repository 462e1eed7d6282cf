/** The strict reading of JSON requests into protobuf messages, and the HTTP rules of gRPC methods. */
@NullMarked
package dev.latchkey.control.api.rest.json;

import org.jspecify.annotations.NullMarked;
