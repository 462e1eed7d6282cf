package dev.latchkey.control.revocation;

/**
 * The result of one call that purges the ended keys of a workspace.
 *
 * @param purged the number of keys that this call has removed
 * @param done whether no key is left to purge
 */
public record PurgedKeys(int purged, boolean done) {}
