package dev.latchkey.control.listing;

import dev.latchkey.control.rules.Expiry;
import java.util.Optional;

/**
 * A request for a list of keys, as received and not yet validated.
 *
 * @param all whether to include revoked and expired keys
 * @param state {@code ACTIVE}, {@code EXPIRED} or {@code REVOKED} to show only these keys, whatever {@code all} says;
 *     empty to let {@code all} decide
 * @param name the text that a key's name must contain, ignoring case; empty for any name
 * @param expiringIn if present, shows only active keys that expire within this time
 * @param orderBy see {@link KeyOrder}; empty for the oldest first
 */
public record KeyQuery(
        String workspace,
        boolean all,
        String state,
        String name,
        Optional<Expiry.Lifetime> expiringIn,
        String orderBy) {

    /** Returns the query for the active keys of a workspace, oldest first. */
    public static KeyQuery active(String workspace) {
        return new KeyQuery(workspace, false, "", "", Optional.empty(), "");
    }

    /** Returns the query for all keys of a workspace, oldest first. */
    public static KeyQuery all(String workspace) {
        return new KeyQuery(workspace, true, "", "", Optional.empty(), "");
    }
}
