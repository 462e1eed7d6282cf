package dev.latchkey.control.rules;

import java.util.List;

/**
 * The key that somebody wants, as it was sent; nothing is checked yet.
 *
 * @param environment {@code live} or {@code test}
 */
public record NewKey(String workspace, String name, String environment, List<String> scopes, Expiry expiry) {
    public NewKey {
        scopes = List.copyOf(scopes);
    }

    public String fingerprint() {
        return Fingerprint.of("CreateKey", workspace, name, environment, String.join(" ", scopes), expiry.toString());
    }
}
