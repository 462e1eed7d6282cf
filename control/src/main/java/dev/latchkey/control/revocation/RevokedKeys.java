package dev.latchkey.control.revocation;

/**
 * The result of one call that revokes all keys of a workspace.
 *
 * @param revoked the number of keys that this call has revoked
 * @param done whether no key is left to revoke
 */
public record RevokedKeys(int revoked, boolean done) {}
