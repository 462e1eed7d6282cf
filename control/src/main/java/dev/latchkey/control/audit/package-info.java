/**
 * The audit trail: the rules for queries, and the reading and trimming of entries. Changes to the ledger write the
 * entries. This package knows nothing of gRPC.
 */
@NullMarked
package dev.latchkey.control.audit;

import org.jspecify.annotations.NullMarked;
