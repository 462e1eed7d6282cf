package dev.latchkey.control.listing;

import dev.latchkey.control.rules.Expiry;
import java.util.Optional;

/**
 * Which keys somebody wants to see, and in which order, as it was sent; nothing is checked yet.
 *
 * @param all also those revoked and expired
 * @param state {@code ACTIVE}, {@code EXPIRED} or {@code REVOKED}: only those, whatever {@code all} says; empty for any
 * @param name what their names contain, in whatever case; empty for anything
 * @param expiringIn only active ones that expire within this time
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
