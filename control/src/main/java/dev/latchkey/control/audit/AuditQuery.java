package dev.latchkey.control.audit;

import dev.latchkey.control.rules.PageRequest;
import java.util.Optional;

/**
 * A query of the audit trail as the caller sent it, not checked yet.
 *
 * @param key only changes of this key; empty for all
 * @param actor only changes by this caller; empty for all
 * @param action only changes of this kind; empty for all
 * @param start only changes at or after this time
 * @param end only changes before this time
 */
public record AuditQuery(
        String workspace,
        PageRequest page,
        String key,
        String actor,
        String action,
        Optional<Moment> start,
        Optional<Moment> end) {

    /** A time since 1970-01-01T00:00:00Z. Both parts can be out of range. */
    public record Moment(long seconds, int nanos) {}
}
