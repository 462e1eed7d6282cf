package dev.latchkey.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the control plane: the token itself is not kept, only its hash, and {@code toString()} shows not even that.
 *
 * @param name what the audit trail calls its holder, {@code [A-Za-z0-9_.-]{1,64}}
 * @param role what its holder may do
 * @param sha256 of the token's UTF-8 bytes: 64 hexadecimal digits, lower case
 */
public record AdminToken(String name, Role role, String sha256) {

    /** What the holder of a token may do. */
    public enum Role {
        /** Everything. */
        OPERATOR("operator");

        private final String text;

        Role(String text) {
            this.text = text;
        }

        /** Returns the spelling in settings. */
        public String text() {
            return text;
        }

        static @Nullable Role of(@Nullable String text) {
            return OPERATOR.text.equals(text) ? OPERATOR : null;
        }
    }

    /** Tells whether {@code token} is this one. The time that it takes does not depend on how much of it is right. */
    public boolean matches(String token) {
        return MessageDigest.isEqual(digest(token), HexFormat.of().parseHex(sha256));
    }

    /** Returns {@code token} as the setting {@code control.tokens} wants it: {@code sha256:} and 64 hexadecimal digits. */
    public static String hash(String token) {
        return AdminTokens.HASH_PREFIX + HexFormat.of().formatHex(digest(token));
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Returns name and role. */
    @Override
    public String toString() {
        return name + " (" + role.text() + ")";
    }
}
