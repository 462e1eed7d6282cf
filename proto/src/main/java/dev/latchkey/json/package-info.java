/** The JSON form of the API's messages, shared by REST and the CLI. */
@NullMarked
package dev.latchkey.json;

import org.jspecify.annotations.NullMarked;
