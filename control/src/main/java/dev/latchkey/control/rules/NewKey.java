package dev.latchkey.control.rules;

import java.util.List;

/**
 * A requested new key, as received and not yet validated.
 *
 * @param environment {@code live} or {@code test}
 */
public record NewKey(String workspace, String name, String environment, List<String> scopes, Expiry expiry) {
    public NewKey {
        scopes = List.copyOf(scopes);
    }

    /** Returns the fingerprint of the complete request, by which a repeated call is recognised. */
    public String fingerprint() {
        return Fingerprint.of("CreateKey", workspace, name, environment, String.join(" ", scopes), expiry.toString());
    }
}
