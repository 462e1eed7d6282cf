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
 * One change, as the audit trail records it. A damaged entry is shown as far as it can be read; {@link #unreadable}
 * names the missing parts.
 *
 * @param id the id of the stream's entry: the time of Redis in epoch milliseconds, {@code -}, and a number
 * @param fields the fields as they are stored
 */
public record AuditEntry(String id, Map<String, String> fields) {
    private static final String BEFORE = "before";
    private static final String AFTER = "after";

    public AuditEntry {
        fields = Map.copyOf(fields);
    }

    /** Returns when the entry was written, by the clock of Redis, in epoch milliseconds. */
    public long millis() {
        return Long.parseLong(id.substring(0, id.indexOf('-')));
    }

    public String actor() {
        return text("actor");
    }

    public String action() {
        return text("action");
    }

    /** Returns the id of the key; empty if the workspace itself was changed. */
    public String key() {
        return text("key");
    }

    public String reason() {
        return text("reason");
    }

    public String requestId() {
        return text("request_id");
    }

    /** Returns the state before the change; empty if there was none, or if it cannot be read. */
    public Optional<AuditedState> before() {
        return state(BEFORE);
    }

    /** Returns the state after the change; empty if there is none, or if it cannot be read. */
    public Optional<AuditedState> after() {
        return state(AFTER);
    }

    /** Returns the names of the fields that are missing or cannot be read. */
    public List<String> unreadable() {
        List<String> missing = new ArrayList<>();
        Stream.of("actor", "action").filter(name -> text(name).isEmpty()).forEach(missing::add);
        Stream.of(BEFORE, AFTER)
                .filter(name -> fields.containsKey(name) && state(name).isEmpty())
                .forEach(missing::add);
        // An entry about a setback of Redis concerns no record, so it has no states.
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
