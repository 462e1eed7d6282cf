package dev.latchkey.control.imports;

import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.key.Credential;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.PresentedKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The rules for imported keys. They depend on the request, the scope catalogue and the clock, never on stored data.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class ImportRules {
    /** The violation for a key that an unfinished import into another workspace has claimed. */
    static final Violation CLAIMED =
            hidden("a key that no import into another workspace has begun with: repeat that one"
                    + " to end it, or wait for a day");

    /** The violation for a key that has ended and whose record was purged before its retention had passed. */
    static final Violation ENDED =
            hidden("a key that has not ended here: this one was revoked or has expired, and its record was"
                    + " purged; it can be imported again when keys.retention has passed since its end");

    /** The violation for a key that exceeds the maximum number of keys in its workspace. */
    static final Violation FULL = hidden("a key for which its workspace has room: it holds as many as the setting"
            + " keys.max-per-workspace allows, ended ones included; purge those, or raise it");

    private final KeyRules rules;
    private final KeyFormat accepted;
    private final KeyFormat known;
    private final String form;

    /**
     * @param catalogue the scopes that a key can have
     * @param brand the prefix of every key
     * @param acceptImported whether the sidecars accept keys of the imported form
     */
    public ImportRules(Collection<String> catalogue, String brand, boolean acceptImported) {
        this.rules = new KeyRules(catalogue);
        this.accepted = new KeyFormat(brand, acceptImported);
        this.known = new KeyFormat(brand, /* acceptImported= */ true);
        this.form = "one whole key and nothing else: " + brand + "_live_ or " + brand
                + "_test_, and 16 to 128 letters and digits";
    }

    /** A validated key. Its text form does not reveal the secret. */
    record Sound(PresentedKey secret, String name, KeyRules.Terms terms) {}

    /** Validates the parts of a request that concern all of its keys. */
    void check(String workspace, int keys, List<String> scopes, Violations violations) {
        violations.workspace("workspace", workspace);
        if (keys < 1 || keys > KeyImport.MAX_KEYS) {
            violations.add(
                    "keys", keys + " keys", "1 to " + KeyImport.MAX_KEYS + " keys; send the rest in further calls");
        }
        if (!scopes.isEmpty()) {
            rules.checkScopes(scopes, violations);
        }
    }

    /**
     * Validates one key. If the key cannot be imported, adds the reasons to {@code violations} and returns empty.
     *
     * @param scopes the scopes for a key that brings none of its own
     * @param now epoch milliseconds
     */
    Optional<Sound> check(KeyToImport wanted, List<String> scopes, long now, Violations violations) {
        Optional<PresentedKey> secret = parse(wanted.secret(), violations);
        String name = wanted.name().isEmpty()
                ? secret.map(key -> "imported " + key.start()).orElse("imported")
                : wanted.name();
        violations.name("name", name);
        List<String> granted = wanted.scopes().isEmpty() ? scopes : wanted.scopes();
        rules.checkScopes(granted, violations);
        long expiresAt = KeyRules.expiresAt(wanted.expiry(), now, violations);
        return secret.filter(key -> violations.isEmpty())
                .map(key -> new Sound(key, name, KeyRules.Terms.of(key.environment(), granted, expiresAt)));
    }

    private Optional<PresentedKey> parse(String secret, Violations violations) {
        Credential credential = known.parse(secret);
        if (credential == Credential.Malformed.BAD_CHECKSUM) {
            violations.secret(
                    "secret", "a whole key: this one has a typing error, or is cut off; its checksum is wrong");
        } else if (!(credential instanceof Credential.Presented presented)) {
            violations.secret("secret", form);
        } else if (!(accepted.parse(secret) instanceof Credential.Presented)) {
            violations.secret(
                    "secret",
                    "a key with a checksum: sidecars do not accept others, unless the setting"
                            + " keys.accept-imported is true for them and for the control plane");
        } else {
            return Optional.of(presented.key());
        }
        return Optional.empty();
    }

    /**
     * Returns the violation for a key that another service has written to the index at the same moment.
     *
     * @param id the id of the record that this import created in the ledger
     */
    static Violation conflict(String id) {
        return hidden("a key that no other service writes into the index at the same time; " + id
                + ", which was made here for it, does not work: revoke it");
    }

    private static Violation hidden(String expected) {
        return new Violation("secret", Violations.NOT_SHOWN, expected);
    }
}
