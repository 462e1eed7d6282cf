package dev.latchkey.control.audit;

import dev.latchkey.control.ledger.History;
import dev.latchkey.control.record.AuditedState;
import dev.latchkey.control.record.LedgerCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One change, as the audit trail keeps it. It is shown as far as it can be read: {@link #unreadable} says what is missing.
 *
 * @param id of the stream's entry: Redis' time in epoch milliseconds, {@code -}, and a number
 * @param fields as they are stored
 */
public record AuditEntry(String id, Map<String, String> fields) {
    private static final String BEFORE = "before";
    private static final String AFTER = "after";

    public AuditEntry {
        fields = Map.copyOf(fields);
    }

    /** Returns when it was written, by Redis' clock; epoch milliseconds. */
    public long millis() {
        return Long.parseLong(id.substring(0, id.indexOf('-')));
    }

    public String actor() {
        return text("actor");
    }

    public String action() {
        return text("action");
    }

    /** Returns the key's id; empty if the workspace itself was changed. */
    public String key() {
        return text("key");
    }

    public String reason() {
        return text("reason");
    }

    public String requestId() {
        return text("request_id");
    }

    /** Returns what was there; empty if there was nothing, or it cannot be read. */
    public Optional<AuditedState> before() {
        return state(BEFORE);
    }

    /** Returns what is there since; empty if there is nothing, or it cannot be read. */
    public Optional<AuditedState> after() {
        return state(AFTER);
    }

    /** Returns the names of what should be there and is not, or cannot be read. */
    public List<String> unreadable() {
        List<String> missing = new ArrayList<>();
        Stream.of("actor", "action").filter(name -> text(name).isEmpty()).forEach(missing::add);
        Stream.of(BEFORE, AFTER)
                .filter(name -> fields.containsKey(name) && state(name).isEmpty())
                .forEach(missing::add);
        // An entry about Redis itself is about no record.
        if (!fields.containsKey(BEFORE) && !fields.containsKey(AFTER) && !action().equals(History.ACTION)) {
            missing.add(AFTER);
        }
        return missing;
    }

    private String text(String name) {
        return fields.getOrDefault(name, "");
    }

    private Optional<AuditedState> state(String name) {
        return Optional.ofNullable(fields.get(name)).flatMap(LedgerCodec::audited);
    }
}
