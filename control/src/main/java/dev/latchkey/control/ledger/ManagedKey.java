package dev.latchkey.control.ledger;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;

/**
 * A key as its owners know it; no secret.
 *
 * @param record what the index holds of it
 * @param digest under the pepper that was the newest when it was made; where the index holds it
 * @param name what people call it
 * @param start the first characters of the secret, to recognise it by
 * @param createdAt epoch milliseconds; {@link #UNKNOWN} if another service made it
 * @param revokedAt epoch milliseconds, 0 if it is not revoked
 */
public record ManagedKey(KeyRecord record, KeyDigest digest, String name, String start, long createdAt, long revokedAt)
        implements LedgerEntry {
    /** In place of a time. */
    public static final long UNKNOWN = 0;

    /** Returns what can be said of a record that the index holds and the ledger does not know. */
    public static ManagedKey foreign(KeyRecord record, KeyDigest digest, String start) {
        return new ManagedKey(record, digest, "", start, UNKNOWN, UNKNOWN);
    }

    public String id() {
        return record.id();
    }

    @Override
    public String workspace() {
        return record.workspace();
    }

    @Override
    public String field() {
        return record.id();
    }

    @Override
    public long rev() {
        return record.rev();
    }

    @Override
    public boolean closed() {
        return record.revoked();
    }

    /** Tells whether requests can pass with it at {@code now} (epoch milliseconds), its workspace being active. */
    public boolean usable(long now) {
        return !closed() && !record.expired(now);
    }

    /** Returns this key, revoked at {@code now} (epoch milliseconds), as the next change. */
    public ManagedKey revoke(long now) {
        KeyRecord revoked = new KeyRecord(
                record.id(),
                record.workspace(),
                record.environment(),
                record.scopes(),
                KeyRecord.State.REVOKED,
                record.expiresAt(),
                record.rev() + 1);
        return new ManagedKey(revoked, digest, name, start, createdAt, now);
    }
}
