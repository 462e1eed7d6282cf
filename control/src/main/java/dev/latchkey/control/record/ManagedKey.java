package dev.latchkey.control.record;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A key as its owners know it. Contains no secret.
 *
 * @param record the part that the index holds
 * @param digest the digest under which the index holds the key, by the pepper that was the newest at creation
 * @param name the display name
 * @param start the first characters of the secret, by which people recognise the key
 * @param createdAt epoch milliseconds; {@link #UNKNOWN} if another service created the key
 * @param revokedAt epoch milliseconds; 0 if the key is not revoked
 * @param links the keys before and after this key
 * @param withdrawn whether the key was revoked because nobody saw its secret; it then counts as never created
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
    /** Stands for a time that is not known. */
    public static final long UNKNOWN = 0;

    /**
     * The place of a key in a chain of rotations.
     *
     * @param predecessor the id of the key that this key replaces, or empty
     * @param successor the id of the key that replaces this key, or empty
     */
    public record Links(String predecessor, String successor) {
        public static final Links NONE = new Links("", "");
    }

    /** Creates a key that was not withdrawn. */
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

    /** Returns a newly created key. */
    public static ManagedKey made(
            KeyRecord record, KeyDigest digest, String name, String start, long now, Links links) {
        return new ManagedKey(record, digest, name, start, now, 0, links);
    }

    /** Returns a key for a record that the index holds and the ledger does not know. */
    public static ManagedKey foreign(KeyRecord record, KeyDigest digest, String start) {
        return new ManagedKey(record, digest, "", start, UNKNOWN, UNKNOWN, Links.NONE);
    }

    /** Returns whether another service created this key. The ledger holds such a key only if it was revoked. */
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

    /**
     * Returns whether requests pass with this key at {@code now} (epoch milliseconds) while its workspace is active.
     */
    public boolean usable(long now) {
        return !closed() && !record.expired(now);
    }

    /** Returns the next revision of this key, revoked at {@code now} (epoch milliseconds). */
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

    /** Returns this new key with another id. */
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

    /**
     * Returns the next revision of this key, with a successor and with the expiry {@code end} (epoch milliseconds)
     * unless the current expiry is earlier.
     */
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
     * Returns the next revision of this key, with the name {@code newName}, with only those scopes that are in {@code
     * kept} (all scopes if {@code kept} is empty), and with the expiry {@code end} (epoch milliseconds) unless the
     * current expiry is earlier. Returns this key itself if nothing changes.
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

    /** Returns whether this change of the key {@code before} denies some request that passes with {@code before}. */
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
