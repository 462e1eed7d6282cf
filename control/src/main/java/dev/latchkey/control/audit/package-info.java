/**
 * What was changed, by whom: the rules for asking the audit trail, and what is answered. Changes nothing, and knows neither gRPC
 * nor Redis' commands.
 */
@NullMarked
package dev.latchkey.control.audit;

import org.jspecify.annotations.NullMarked;
