package dev.latchkey.control.listing;

import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violations;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * The filter of a list of keys.
 *
 * @param states the states of the keys to show
 * @param name the text that a key's name must contain, in lower case
 * @param lastEnd epoch milliseconds; keys that expire later are left out
 * @param now epoch milliseconds
 * @param generation the generation of the workspace, which decides whether its keys are revoked
 */
record KeyFilter(Set<KeyView.State> states, String name, long lastEnd, long now, long generation) {

    /**
     * Returns the filter that {@code query} specifies, and adds everything wrong with the query to {@code violations}.
     */
    static KeyFilter of(KeyQuery query, long now, Violations violations) {
        violations.nameFilter("name", query.name());
        Set<KeyView.State> states = states(query, violations);
        long lastEnd = query.expiringIn()
                .map(within -> KeyRules.endOf("expiring_in", "at least", within, now, violations))
                .orElse(Long.MAX_VALUE);
        return new KeyFilter(states, query.name().toLowerCase(Locale.ROOT), lastEnd, now, 0);
    }

    /** Returns this filter for the keys of {@code workspace}. */
    KeyFilter within(ManagedWorkspace workspace) {
        return new KeyFilter(states, name, lastEnd, now, workspace.record().generation());
    }

    private static Set<KeyView.State> states(KeyQuery query, Violations violations) {
        boolean expiring = query.expiringIn().isPresent();
        if (query.state().isEmpty()) {
            return query.all() && !expiring ? EnumSet.allOf(KeyView.State.class) : EnumSet.of(KeyView.State.ACTIVE);
        }
        for (KeyView.State state : KeyView.State.values()) {
            if (state.name().equals(query.state()) && (state == KeyView.State.ACTIVE || !expiring)) {
                return EnumSet.of(state);
            }
        }
        violations.add(
                "state",
                MessageText.quoted(query.state()),
                expiring
                        ? "ACTIVE or none, since expiring_in is about active keys"
                        : "ACTIVE, EXPIRED or REVOKED, or none for any");
        return EnumSet.noneOf(KeyView.State.class);
    }

    boolean shows(ManagedKey key) {
        return states.contains(KeyView.State.of(key, now, generation))
                && key.record().expiresAt() <= lastEnd
                && key.name().toLowerCase(Locale.ROOT).contains(name);
    }
}
