package dev.latchkey.control.audit;

import dev.latchkey.control.audit.AuditQuery.Moment;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violations;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A valid query of the audit trail.
 *
 * @param size the size of a page, 1 or more
 * @param before the id of the entry before which the page starts; empty to start at the newest entry
 * @param start the earliest time, epoch milliseconds
 */
record AuditFilter(String workspace, int size, String before, long start, String key, String actor, String action) {
    private static final Pattern ACTOR = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern ACTION = Pattern.compile("[a-z]{1,32}\\.[a-z_]{1,32}");
    private static final long FIRST_SECOND =
            Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final long WRONG = -1;
    private static final int MAX_NANOS = 999_999_999;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** Checks all of {@code query}, and rejects it with every violation at once. */
    static AuditFilter of(AuditQuery query) {
        Violations violations = new Violations();
        violations.workspace("workspace", query.workspace());
        int size = violations.pageSize(query.page().size());
        String before = AuditPosition.decode(query.workspace(), query.page().token());
        if (before == null) {
            violations.pageToken(query.page().token());
        }
        if (!query.key().isEmpty()) {
            violations.keyId("key", query.key());
        }
        text(
                violations,
                "actor",
                query.actor(),
                ACTOR,
                "the name of an admin token, or latchkey for what nobody called");
        text(violations, "action", query.action(), ACTION, "a kind of change, such as key.revoke");
        long start = query.start()
                .map(time -> millis(violations, "start_time", time))
                .orElse(0L);
        long end = query.end().map(time -> millis(violations, "end_time", time)).orElse(Long.MAX_VALUE);
        if (start != WRONG && end != WRONG && end < start) {
            violations.add("end_time", Instant.ofEpochMilli(end).toString(), "not before start_time");
        }
        violations.throwIfAny();
        String upper = before == null ? "" : AuditPosition.earlier(before, end);
        return new AuditFilter(query.workspace(), size, upper, start, query.key(), query.actor(), query.action());
    }

    /** Returns whether the filter might exclude entries within its time range. */
    boolean selects() {
        return !(key + actor + action).isEmpty();
    }

    boolean matches(AuditEntry entry) {
        return (key.isEmpty() || key.equals(entry.key()))
                && (actor.isEmpty() || actor.equals(entry.actor()))
                && (action.isEmpty() || action.equals(entry.action()));
    }

    private static void text(Violations violations, String field, String value, Pattern form, String expected) {
        if (!value.isEmpty() && (!form.matcher(value).matches() || !MessageText.isHarmless(value))) {
            violations.add(field, MessageText.quoted(value), expected);
        }
    }

    /** Returns the first millisecond that is not before {@code time}, or {@link #WRONG}. */
    private static long millis(Violations violations, String field, Moment time) {
        boolean sound = time.nanos() >= 0
                && time.nanos() <= MAX_NANOS
                && time.seconds() >= FIRST_SECOND
                && time.seconds() <= LAST_SECOND;
        if (!sound) {
            violations.add(field, time.seconds() + "s after 1970", "a time from the year 1 to the year 9999");
            return WRONG;
        }
        return Math.max(0, time.seconds() * 1000 + (time.nanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }
}
