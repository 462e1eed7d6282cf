package dev.latchkey.control.keys;

import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.index.IndexWriter;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.key.Credential;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A lookup and revocation of keys by their secret, for example a secret found in a public repository. It searches under
 * every pepper, and in the index rather than in the ledger: any key that a sidecar would accept can be found and
 * revoked, whichever service wrote it. A key outside the caller's scope is treated as if it did not exist.
 *
 * <p>Methods throw as those of {@link KeyManager} do; no message contains the secret. This class is thread-safe.
 */
public final class LeakedKeys {
    private final KeyFormat format;
    private final Peppers peppers;
    private final IndexWriter index;
    private final Ledger ledger;
    private final KeyManager keys;
    private final KeyDirectory directory;

    /**
     * @param brand the prefix of every key; imported forms are recognised too, even if the sidecars do not accept them
     */
    public LeakedKeys(String brand, Peppers peppers, IndexWriter index, Ledger ledger, KeyManager keys, Clock clock) {
        this.format = new KeyFormat(brand, /* acceptImported= */ true);
        this.peppers = peppers;
        this.index = index;
        this.ledger = ledger;
        this.keys = keys;
        this.directory = new KeyDirectory(ledger, clock);
    }

    /** Returns the key that decides a request with {@code secret}: a revoked key if several keys match. */
    public KeyView find(WorkspaceScope reach, String secret) {
        Violations violations = new Violations();
        Optional<PresentedKey> parsed = parse(secret, violations);
        violations.throwIfAny();
        PresentedKey presented = parsed.orElseThrow();
        return all(reach, presented).stream()
                .max(Comparator.comparing(ManagedKey::closed))
                .map(directory::view)
                .orElseThrow(() -> unknown(presented));
    }

    /**
     * Revokes every key within {@code reach} that matches {@code secret}. On return the index holds the revocations.
     */
    public KeyView revoke(Caller caller, WorkspaceScope reach, String secret, String reason) {
        Violations violations = new Violations();
        Optional<PresentedKey> parsed = parse(secret, violations);
        violations.reason("reason", reason);
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        PresentedKey presented = parsed.orElseThrow();
        List<ManagedKey> found = all(reach, presented);
        if (found.isEmpty()) {
            throw unknown(presented);
        }
        found.forEach(key -> revoke(caller, key, reason));
        return find(reach, secret);
    }

    private void revoke(Caller caller, ManagedKey key, String reason) {
        known(key)
                .ifPresentOrElse(
                        stored -> keys.revokeFound(caller, stored, reason), () -> keys.adopt(caller, key, reason));
    }

    /** Returns the ledger's record of {@code key}; empty if another service created the key. */
    private Optional<Stored<ManagedKey>> known(ManagedKey key) {
        return ledger.findKey(key.workspace(), key.id())
                .filter(stored -> stored.entry().digest().equals(key.digest()));
    }

    /** Returns the matching keys within {@code reach}, one for each pepper that has a record, newest pepper first. */
    private List<ManagedKey> all(WorkspaceScope reach, PresentedKey presented) {
        List<ManagedKey> found = new ArrayList<>();
        for (KeyDigest digest : peppers.all(presented)) {
            index.find(digest)
                    .filter(record -> reach.covers(record.workspace()))
                    .ifPresent(record -> found.add(managed(record, digest, presented.start())));
        }
        return found;
    }

    private ManagedKey managed(KeyRecord record, KeyDigest digest, String start) {
        ManagedKey foreign = ManagedKey.foreign(record, digest, start);
        return known(foreign).map(Stored::entry).orElse(foreign);
    }

    /** Returns the parsed key. If {@code secret} is not a key, records the violation and returns empty. */
    private Optional<PresentedKey> parse(String secret, Violations violations) {
        Credential credential = format.parse(secret);
        if (credential instanceof Credential.Presented presented) {
            return Optional.of(presented.key());
        }
        violations.secret(
                "secret",
                credential == Credential.Malformed.BAD_CHECKSUM
                        ? "a whole key: this one has a typing error, or is cut off, so no sidecar accepts it"
                        : "one whole key and nothing else");
        return Optional.empty();
    }

    private static RefusedException unknown(PresentedKey presented) {
        return new RefusedException(
                Kind.NOT_FOUND,
                "no key in the index has this secret (" + presented.start()
                        + "…), so no sidecar accepts it: it was never made here, or was removed long after its end");
    }
}
