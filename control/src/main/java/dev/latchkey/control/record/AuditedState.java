package dev.latchkey.control.record;

import java.util.List;
import java.util.OptionalLong;

/**
 * The state of a key or a workspace before or after a change, as an entry of the audit trail records it.
 *
 * @param scopes the scopes of a key; empty for a workspace
 * @param state {@code active}, {@code inactive} or {@code revoked}
 * @param createdAt epoch milliseconds, like the other times
 * @param expiresAt empty if the key never expires, and for a workspace
 * @param revokedAt empty if the key is not revoked, and for a workspace
 * @param predecessor the id of a key, or empty
 * @param successor the id of a key, or empty
 */
public record AuditedState(
        String name,
        List<String> scopes,
        String state,
        OptionalLong createdAt,
        OptionalLong expiresAt,
        OptionalLong revokedAt,
        String predecessor,
        String successor) {
    public AuditedState {
        scopes = List.copyOf(scopes);
    }
}
