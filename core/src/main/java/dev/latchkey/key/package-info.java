/**
 * What an API key is: its text, its digest under a pepper, and the records that the index holds of it. Knows neither
 * gRPC nor Redis.
 */
@NullMarked
package dev.latchkey.key;

import org.jspecify.annotations.NullMarked;
