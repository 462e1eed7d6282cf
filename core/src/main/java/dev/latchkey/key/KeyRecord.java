package dev.latchkey.key;

import java.util.Set;

/**
 * What the index holds of a key; no secret. A record holds facts, never a verdict: expiry, state and scopes are judged anew at
 * each request.
 *
 * @param id opaque, {@code [A-Za-z0-9_-]{1,64}}
 * @param workspace the workspace that owns the key; it and {@code id} and {@code environment} never change
 * @param scopes in the order in which they were written; visible ASCII without space, quote and backslash
 * @param expiresAt epoch milliseconds from which the key is expired, or {@link #NEVER}
 * @param rev grows with each change
 * @param generation of its workspace when it was made, see {@link WorkspaceRecord#generation}; 0 where its record says none
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

    /** A key of a workspace's first generation. */
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

    /** Whether the key was revoked; there is no way back. */
    public enum State {
        ACTIVE,
        REVOKED
    }

    /** Returns the scopes joined by one space, as they are stored and as upstreams get them. */
    public String scopeText() {
        return ((Scopes) scopes).text();
    }

    public boolean revoked() {
        return state == State.REVOKED;
    }

    /** Tells whether the key was revoked together with all other keys that {@code workspace} had then. */
    public boolean revokedWith(WorkspaceRecord workspace) {
        return generation < workspace.generation();
    }

    /** Tells whether the key is expired at {@code now} (epoch milliseconds). */
    public boolean expired(long now) {
        return now >= expiresAt;
    }
}
