package dev.latchkey.control.keys;

import dev.latchkey.control.index.Announcements;
import dev.latchkey.control.index.IndexWriter;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyClaims;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import java.security.SecureRandom;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A generator of secrets that are unique and that every sidecar will recognise.
 *
 * <p>This class is thread-safe.
 */
public final class Mint {
    private static final Logger log = LoggerFactory.getLogger(Mint.class);
    private static final int MAX_ATTEMPTS = 3;

    private final KeyFormat format;
    private final Peppers peppers;
    private final SecureRandom random;
    private final IndexWriter index;
    private final Announcements announcements;

    public Mint(
            KeyFormat format, Peppers peppers, SecureRandom random, IndexWriter index, Announcements announcements) {
        this.format = format;
        this.peppers = peppers;
        this.random = random;
        this.index = index;
        this.announcements = announcements;
    }

    /** Returns a new secret that the index does not hold under any pepper, not even as a revoked key. */
    PresentedKey secret(Environment environment) {
        requireNewestPepper();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            PresentedKey secret = format.mint(environment, random);
            if (peppers.all(secret).stream().noneMatch(index::holds)) {
                return secret;
            }
            log.error("a newly minted key exists already: is the source of random numbers of this machine sound?");
        }
        throw new RefusedException(
                Kind.CONFLICT,
                "no key was made: all that were minted exist; check this machine's source of random numbers");
    }

    /**
     * Requires that sidecars recognise keys under the newest pepper.
     *
     * @throws RefusedException if the sidecars would not recognise a key that is created under the newest pepper
     */
    public void requireNewestPepper() {
        announcements.newestPepperProblem().ifPresent(problem -> {
            throw new RefusedException(Kind.UNAVAILABLE, "no key was made: " + problem);
        });
    }

    /** Returns the digests under which the index might hold {@code secret}: one for each pepper, newest first. */
    public List<KeyDigest> digests(PresentedKey secret) {
        return peppers.all(secret);
    }

    /** Returns the names of the claims on {@code secret}. */
    public List<String> claims(PresentedKey secret) {
        return KeyClaims.of(secret, peppers.all(secret));
    }

    /**
     * Returns a new active key with a unique id.
     *
     * @param now epoch milliseconds
     */
    public ManagedKey key(
            PresentedKey secret, Room room, String name, KeyRules.Terms terms, ManagedKey.Links links, long now) {
        KeyRecord record = new KeyRecord(
                KeyIds.next(now, random),
                room.workspace().entry().workspace(),
                terms.environment(),
                terms.scopes(),
                KeyRecord.State.ACTIVE,
                terms.expiresAt(),
                1,
                room.generation());
        return ManagedKey.made(record, peppers.newest(secret), name, secret.start(), now, links);
    }
}
