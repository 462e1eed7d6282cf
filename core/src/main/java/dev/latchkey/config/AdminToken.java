package dev.latchkey.config;

import dev.latchkey.key.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Who may use the control plane: the token itself is not kept, only its hash, and {@code toString()} shows not even that.
 *
 * @param name what the audit trail calls its holder, {@code [A-Za-z0-9_.-]{1,64}}
 * @param role what its holder may do
 * @param workspace the one that the holder may see; empty for an operator and for nobody else: all
 * @param sha256 of the token's UTF-8 bytes: 64 hexadecimal digits, lower case
 */
public record AdminToken(String name, Role role, String workspace, String sha256) {
    /** @throws IllegalArgumentException if a part is not of its form, or the workspace does not fit the role */
    public AdminToken {
        if (!AdminTokens.isName(name)) {
            throw new IllegalArgumentException("not a name (expected: " + AdminTokens.EXPECTED_NAME + ")");
        }
        if (role == Role.OPERATOR ? !workspace.isEmpty() : !isWorkspace(workspace)) {
            throw new IllegalArgumentException("the workspace and the role do not fit (expected: an operator without a"
                    + " workspace, or a manager or reader with the id of one)");
        }
    }

    /** What the holder of a token may do. */
    public enum Role {
        /** Everything, in all workspaces. */
        OPERATOR("operator"),
        /** Change the keys of one workspace. */
        MANAGER("manager"),
        /** Look at one workspace. */
        READER("reader");

        private final String text;

        Role(String text) {
            this.text = text;
        }

        /** Returns the spelling in settings. */
        public String text() {
            return text;
        }

        /** Returns the role of that spelling; empty if there is none. */
        public static Optional<Role> of(String text) {
            return Arrays.stream(values())
                    .filter(role -> role.text.equals(text))
                    .findFirst();
        }
    }

    /** Tells whether {@code id} can be a workspace's; {@code -}, which means any, cannot. */
    static boolean isWorkspace(String id) {
        return Ids.isId(id) && !id.equals("-");
    }

    /** Returns it as the setting {@code control.tokens} has it in one line. */
    public String setting() {
        String of = workspace.isEmpty() ? "" : ":" + workspace;
        return name + ":" + role.text() + of + ":" + AdminTokens.HASH_PREFIX + sha256;
    }

    /**
     * Returns the entry of {@code token} itself.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public static AdminToken of(String name, Role role, String workspace, String token) {
        return new AdminToken(name, role, workspace, sha256Of(token));
    }

    /** Returns {@code token} as the setting {@code control.tokens} wants it: {@code sha256:} and 64 hexadecimal digits. */
    public static String hash(String token) {
        return AdminTokens.HASH_PREFIX + sha256Of(token);
    }

    /** Returns the {@link #sha256} by which a token is found: it tells nothing of the token. */
    public static String sha256Of(String token) {
        try {
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Returns name, role and workspace. */
    @Override
    public String toString() {
        return name + " (" + role.text() + (workspace.isEmpty() ? "" : " of " + workspace) + ")";
    }
}
