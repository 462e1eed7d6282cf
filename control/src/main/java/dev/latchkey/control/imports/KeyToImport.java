package dev.latchkey.control.imports;

import dev.latchkey.control.rules.Expiry;
import java.util.List;

/**
 * A key to be imported, as received and not yet validated. Its text form does not reveal the secret.
 *
 * @param secret the complete key
 * @param name empty to derive a name from the start of the key
 * @param scopes empty to use the scopes of the request
 */
public record KeyToImport(String secret, String name, List<String> scopes, Expiry expiry) {
    public KeyToImport {
        scopes = List.copyOf(scopes);
    }

    /** Returns the fields that are not confidential. */
    @Override
    public String toString() {
        return "KeyToImport[" + scopes + ", " + expiry + "]";
    }
}
