package dev.latchkey.control.imports;

import dev.latchkey.control.rules.Expiry;
import java.util.List;

/**
 * A key that somebody has and wants to be taken over, as it was sent; nothing is checked yet. Does not print itself.
 *
 * @param secret the whole key
 * @param name empty: made of the key's start
 * @param scopes none: those of the request
 */
public record KeyToImport(String secret, String name, List<String> scopes, Expiry expiry) {
    public KeyToImport {
        scopes = List.copyOf(scopes);
    }

    /** Returns everything but what is sent in confidence. */
    @Override
    public String toString() {
        return "KeyToImport[" + scopes + ", " + expiry + "]";
    }
}
