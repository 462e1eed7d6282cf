package dev.latchkey.control.revocation;

/**
 * What one call has come to that revokes all keys of a workspace.
 *
 * @param revoked how many it has revoked
 * @param done false: there are more
 */
public record RevokedKeys(int revoked, boolean done) {}
