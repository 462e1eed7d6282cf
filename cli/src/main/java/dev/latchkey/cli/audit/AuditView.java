package dev.latchkey.cli.audit;

import com.google.protobuf.Timestamp;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.AuditEntry;
import dev.latchkey.v1.AuditedState;
import java.util.ArrayList;
import java.util.List;

/** The presentation of audit entries. */
final class AuditView {
    private static final String NONE = "-";

    private AuditView() {}

    /** Returns a table with a line for each entry. */
    static TextTable table(List<AuditEntry> entries) {
        TextTable table = new TextTable().row("TIME", "ACTOR", "ACTION", "KEY", "CHANGE", "REASON", "REQUEST ID");
        for (AuditEntry entry : entries) {
            table.row(
                    ProtoValues.seconds(entry.getTime()),
                    orNone(entry.getActor()),
                    orNone(entry.getAction()),
                    orNone(entry.getKey()),
                    change(entry),
                    orNone(entry.getReason()),
                    orNone(entry.getRequestId()));
        }
        return table;
    }

    /** Returns a description of the change, such as {@code name A → B}; {@code nothing} if there is no difference. */
    static String change(AuditEntry entry) {
        List<String> words = new ArrayList<>();
        if (entry.hasBefore() && entry.hasAfter()) {
            compare(entry.getBefore(), entry.getAfter(), words);
        } else if (entry.hasAfter() && !entry.getUnreadableList().contains("before")) {
            words.add("made: " + summary(entry.getAfter()));
        } else if (entry.hasBefore() && !entry.getUnreadableList().contains("after")) {
            words.add("removed: " + summary(entry.getBefore()));
        }
        if (entry.getUnreadableCount() > 0) {
            words.add("cannot be read: " + String.join(" ", entry.getUnreadableList()));
        }
        return words.isEmpty() ? "nothing" : String.join(", ", words);
    }

    private static void compare(AuditedState before, AuditedState after, List<String> words) {
        if (!before.getState().equals(after.getState())) {
            words.add(before.getState() + " → " + after.getState());
        }
        if (!before.getName().equals(after.getName())) {
            words.add("name " + before.getName() + " → " + after.getName());
        }
        List<String> lost = new ArrayList<>(before.getScopesList());
        lost.removeAll(after.getScopesList());
        if (!lost.isEmpty()) {
            words.add("without " + String.join(" ", lost));
        }
        List<String> gained = new ArrayList<>(after.getScopesList());
        gained.removeAll(before.getScopesList());
        if (!gained.isEmpty()) {
            words.add("with " + String.join(" ", gained));
        }
        if (!before.getExpireTime().equals(after.getExpireTime()) || before.hasExpireTime() != after.hasExpireTime()) {
            words.add("expires " + end(before) + " → " + end(after));
        }
        if (!before.getSuccessor().equals(after.getSuccessor())) {
            words.add("replaced by " + orNone(after.getSuccessor()));
        }
    }

    private static String summary(AuditedState state) {
        StringBuilder words = new StringBuilder(state.getName()).append(", ").append(state.getState());
        if (state.getScopesCount() > 0) {
            words.append(", ")
                    .append(String.join(" ", state.getScopesList()))
                    .append(", expires ")
                    .append(end(state));
        }
        if (!state.getPredecessor().isEmpty()) {
            words.append(", replaces ").append(state.getPredecessor());
        }
        return words.toString();
    }

    private static String end(AuditedState state) {
        Timestamp end = state.getExpireTime();
        return state.hasExpireTime() ? ProtoValues.seconds(end) : "never";
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }
}
