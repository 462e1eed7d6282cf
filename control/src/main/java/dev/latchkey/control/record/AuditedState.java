package dev.latchkey.control.record;

import java.util.List;
import java.util.OptionalLong;

/**
 * What an entry of the audit trail says of a key or a workspace, before or after a change.
 *
 * @param scopes of a key
 * @param state {@code active}, {@code inactive} or {@code revoked}
 * @param createdAt epoch milliseconds, as the other times
 * @param expiresAt empty: never, or a workspace
 * @param revokedAt empty: not revoked
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
