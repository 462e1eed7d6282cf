package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Claim;
import dev.latchkey.index.IndexSchema;

/** The names of the ledger in Redis, see {@link Ledger}; no other class spells them. Immutable and thread-safe. */
public final class LedgerNames {
    private final String prefix;

    public LedgerNames(IndexSchema schema) {
        this.prefix = schema.ledger();
    }

    public String records(String workspace) {
        return part(workspace, "records");
    }

    public String ids(String workspace) {
        return part(workspace, "ids");
    }

    public String audit(String workspace) {
        return part(workspace, "audit");
    }

    String pending(String workspace) {
        return part(workspace, "pending");
    }

    /** The marks of {@link Answers}. */
    String answers(String workspace) {
        return part(workspace, "answers");
    }

    /** Which setback the audit trail tells of, see {@link History}. */
    String setbackNoted(String workspace) {
        return part(workspace, "setback");
    }

    /** @param request of a {@link Claim} */
    String request(String workspace, String request) {
        return part(workspace, "request:" + request);
    }

    public String owner(String key) {
        return prefix + "owner:" + key;
    }

    /** By this whoever makes or imports a key keeps all others from its string. */
    public String claim(String claim) {
        return prefix + "claim:" + claim;
    }

    /** Holds what {@link #claim} is called for the key {@code id}. */
    String claims(String id) {
        return prefix + "claims:" + id;
    }

    String workspaces() {
        return prefix + "workspaces";
    }

    public String recent() {
        return prefix + "recent";
    }

    /** The last time that Redis' history went back, see {@link History}. */
    String setback() {
        return prefix + "setback";
    }

    /** See {@link LedgerCount}. */
    String beats() {
        return prefix + "beats";
    }

    private String part(String workspace, String name) {
        return prefix + "{" + workspace + "}:" + name;
    }
}
