package dev.latchkey.key;

import java.util.Set;

/**
 * The record that the index holds of a key. It contains no secret. A record holds facts and never a decision: each
 * request evaluates expiry, state and scopes anew.
 *
 * @param id the opaque id of the key, {@code [A-Za-z0-9_-]{1,64}}
 * @param workspace the id of the workspace that owns the key; {@code workspace}, {@code id} and
 *     {@code environment} never change
 * @param scopes the scopes in the order in which they were written; visible ASCII without space, quote and backslash
 * @param expiresAt the time from which the key is expired, in epoch milliseconds, or {@link #NEVER}
 * @param rev the revision of the record, which grows with each change
 * @param generation the generation of the workspace when the key was created, see {@link WorkspaceRecord#generation}; 0
 *     if the stored record contains none
 */
public record KeyRecord(
        String id,
        String workspace,
        Environment environment,
        Set<String> scopes,
        State state,
        long expiresAt,
        long rev,
        long generation) {

    /** The {@code expiresAt} of a key that does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    public KeyRecord {
        scopes = Scopes.of(scopes);
    }

    /** Creates the record of a key of the first generation of its workspace. */
    public KeyRecord(
            String id,
            String workspace,
            Environment environment,
            Set<String> scopes,
            State state,
            long expiresAt,
            long rev) {
        this(id, workspace, environment, scopes, state, expiresAt, rev, 0);
    }

    /** Whether the key was revoked. A revocation cannot be undone. */
    public enum State {
        ACTIVE,
        REVOKED
    }

    /** Returns the scopes joined by one space: the form in which they are stored and sent to upstreams. */
    public String scopeText() {
        return ((Scopes) scopes).text();
    }

    public boolean revoked() {
        return state == State.REVOKED;
    }

    /** Returns whether the key was revoked together with all other keys that {@code workspace} had at that time. */
    public boolean revokedWith(WorkspaceRecord workspace) {
        return generation < workspace.generation();
    }

    /** Returns whether the key has expired at {@code now} (epoch milliseconds). */
    public boolean expired(long now) {
        return now >= expiresAt;
    }
}
