package dev.latchkey.control.record;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A key as its owners know it; no secret.
 *
 * @param record what the index holds of it
 * @param digest under the pepper that was the newest when it was made; where the index holds it
 * @param name what people call it
 * @param start the first characters of the secret, to recognise it by
 * @param createdAt epoch milliseconds; {@link #UNKNOWN} if another service made it
 * @param revokedAt epoch milliseconds, 0 if it is not revoked
 * @param links the keys before and after it
 * @param withdrawn whether it was revoked because its secret was shown to nobody: then it is as if it had never been made
 */
public record ManagedKey(
        KeyRecord record,
        KeyDigest digest,
        String name,
        String start,
        long createdAt,
        long revokedAt,
        Links links,
        boolean withdrawn)
        implements LedgerEntry {
    /** In place of a time. */
    public static final long UNKNOWN = 0;

    /**
     * Its place among keys that took each other's place.
     *
     * @param predecessor the id of the key in whose place it was made, or empty
     * @param successor the id of the key that was made in its place, or empty
     */
    public record Links(String predecessor, String successor) {
        public static final Links NONE = new Links("", "");
    }

    /** A key that was not withdrawn. */
    public ManagedKey(
            KeyRecord record,
            KeyDigest digest,
            String name,
            String start,
            long createdAt,
            long revokedAt,
            Links links) {
        this(record, digest, name, start, createdAt, revokedAt, links, false);
    }

    /** Returns a key that was just made. */
    public static ManagedKey made(
            KeyRecord record, KeyDigest digest, String name, String start, long now, Links links) {
        return new ManagedKey(record, digest, name, start, now, 0, links);
    }

    /** Returns what can be said of a record that the index holds and the ledger does not know. */
    public static ManagedKey foreign(KeyRecord record, KeyDigest digest, String start) {
        return new ManagedKey(record, digest, "", start, UNKNOWN, UNKNOWN, Links.NONE);
    }

    /** Tells whether another service made it: the ledger has it only if it was revoked by its secret. */
    public boolean isForeign() {
        return createdAt == UNKNOWN;
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
        return new ManagedKey(
                next(KeyRecord.State.REVOKED, record.scopes(), record.expiresAt()),
                digest,
                name,
                start,
                createdAt,
                now,
                links);
    }

    /** Returns this new key under another id. */
    public ManagedKey withId(String id) {
        KeyRecord other = new KeyRecord(
                id,
                record.workspace(),
                record.environment(),
                record.scopes(),
                record.state(),
                record.expiresAt(),
                record.rev(),
                record.generation());
        return new ManagedKey(other, digest, name, start, createdAt, revokedAt, links);
    }

    /** As {@link #revoke}, for a key whose secret was shown to nobody. */
    public ManagedKey withdraw(long now) {
        return new ManagedKey(
                next(KeyRecord.State.REVOKED, record.scopes(), record.expiresAt()),
                digest,
                name,
                start,
                createdAt,
                now,
                links,
                true);
    }

    /** Returns this key with a successor, and with an end (epoch milliseconds) that is never later than it was. */
    public ManagedKey succeededBy(String successor, long end) {
        return new ManagedKey(
                next(record.state(), record.scopes(), Math.min(end, record.expiresAt())),
                digest,
                name,
                start,
                createdAt,
                revokedAt,
                new Links(links.predecessor, successor));
    }

    /**
     * Returns this key with another name, with those of its scopes that are among {@code kept}, if there are any, and with an end
     * (epoch milliseconds) that is never later than it was; itself if that changes nothing.
     */
    public ManagedKey changed(String newName, Collection<String> kept, long end) {
        Set<String> scopes = new LinkedHashSet<>(record.scopes());
        if (!kept.isEmpty()) {
            scopes.retainAll(Set.copyOf(kept));
        }
        long expiresAt = Math.min(end, record.expiresAt());
        if (newName.equals(name) && scopes.equals(record.scopes()) && expiresAt == record.expiresAt()) {
            return this;
        }
        return new ManagedKey(
                next(record.state(), scopes, expiresAt), digest, newName, start, createdAt, revokedAt, links);
    }

    /** Tells whether there are requests that pass with {@code before}, of which this is a change, and not with this. */
    public boolean allowsLessThan(ManagedKey before) {
        return record.expiresAt() < before.record.expiresAt()
                || !record.scopes().containsAll(before.record.scopes());
    }

    private KeyRecord next(KeyRecord.State state, Set<String> scopes, long expiresAt) {
        return new KeyRecord(
                record.id(),
                record.workspace(),
                record.environment(),
                scopes,
                state,
                expiresAt,
                record.rev() + 1,
                record.generation());
    }
}
