package dev.latchkey.control.revocation;

/**
 * What one call has come to that purges the ended keys of a workspace.
 *
 * @param purged how many it has taken away
 * @param done false: there are more
 */
public record PurgedKeys(int purged, boolean done) {}
