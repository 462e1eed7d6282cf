package dev.latchkey.config;

import dev.latchkey.key.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An entry of {@code control.tokens}: the holder of an admin token and the holder's rights. The record keeps only the
 * hash of the token, and {@code toString()} omits the hash as well.
 *
 * @param name the holder's name in the audit trail, {@code [A-Za-z0-9_.-]{1,64}}
 * @param role the rights of the holder
 * @param workspace the only workspace that the holder can access; empty for an operator, who can access all workspaces,
 *     and never empty for the other roles
 * @param sha256 the SHA-256 hash of the token's UTF-8 bytes: 64 lower-case hexadecimal digits
 */
public record AdminToken(String name, Role role, String workspace, String sha256) {
    /** @throws IllegalArgumentException if name or workspace is malformed, or if the workspace does not fit the role */
    public AdminToken {
        if (!AdminTokens.isName(name)) {
            throw new IllegalArgumentException("not a name (expected: " + AdminTokens.EXPECTED_NAME + ")");
        }
        if (role == Role.OPERATOR ? !workspace.isEmpty() : !isWorkspace(workspace)) {
            throw new IllegalArgumentException("the workspace and the role do not fit (expected: an operator without a"
                    + " workspace, or a manager or reader with the id of one)");
        }
    }

    /** The rights of the holder of a token. */
    public enum Role {
        /** All operations in all workspaces. */
        OPERATOR("operator"),
        /** Change the keys of one workspace. */
        MANAGER("manager"),
        /** Read one workspace. */
        READER("reader");

        private final String text;

        Role(String text) {
            this.text = text;
        }

        /** Returns the spelling of this role in settings. */
        public String text() {
            return text;
        }

        /** Returns the role that settings spell as {@code text}; empty if no role matches. */
        public static Optional<Role> of(String text) {
            return Arrays.stream(values())
                    .filter(role -> role.text.equals(text))
                    .findFirst();
        }
    }

    /** Returns whether {@code id} is a valid workspace id; {@code -}, which means any workspace, is not. */
    static boolean isWorkspace(String id) {
        return Ids.isId(id) && !id.equals("-");
    }

    /** Returns this entry in the one-line form of the setting {@code control.tokens}. */
    public String setting() {
        String of = workspace.isEmpty() ? "" : ":" + workspace;
        return name + ":" + role.text() + of + ":" + AdminTokens.HASH_PREFIX + sha256;
    }

    /**
     * Returns the entry for a token in plain text, of which it keeps only the hash.
     *
     * @throws IllegalArgumentException under the same conditions as the constructor
     */
    public static AdminToken of(String name, Role role, String workspace, String token) {
        return new AdminToken(name, role, workspace, sha256Of(token));
    }

    /**
     * Returns the hash of {@code token} as the setting {@code control.tokens} spells it: {@code sha256:} and
     * 64 hex digits.
     */
    public static String hash(String token) {
        return AdminTokens.HASH_PREFIX + sha256Of(token);
    }

    /** Returns the {@link #sha256} under which a token is looked up. The hash does not reveal the token. */
    public static String sha256Of(String token) {
        try {
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Returns name, role and workspace, without the hash. */
    @Override
    public String toString() {
        return name + " (" + role.text() + (workspace.isEmpty() ? "" : " of " + workspace) + ")";
    }
}
