package dev.latchkey.control.ledger;

import dev.latchkey.control.record.Claim;
import dev.latchkey.index.IndexSchema;

/**
 * The names of the ledger's Redis keys, see {@link Ledger}. No other class spells them.
 *
 * <p>This class is immutable and thread-safe.
 */
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

    /** Returns the name of the marks of {@link Answers}. */
    String answers(String workspace) {
        return part(workspace, "answers");
    }

    /** Returns the name of the mark of the last setback that the audit trail contains, see {@link History}. */
    String setbackNoted(String workspace) {
        return part(workspace, "setback");
    }

    /** @param request the {@link Claim#request} of a call */
    String request(String workspace, String request) {
        return part(workspace, "request:" + request);
    }

    public String owner(String key) {
        return prefix + "owner:" + key;
    }

    /** Returns the name of a claim, by which the creator or importer of a key keeps its string from all others. */
    public String claim(String claim) {
        return prefix + "claim:" + claim;
    }

    /** Returns the name under which the claims of the key {@code id} are listed. */
    String claims(String id) {
        return prefix + "claims:" + id;
    }

    String workspaces() {
        return prefix + "workspaces";
    }

    public String recent() {
        return prefix + "recent";
    }

    /** Returns the name of the last setback of Redis' history, see {@link History}. */
    String setback() {
        return prefix + "setback";
    }

    /** Returns the name of the counter, see {@link LedgerCount}. */
    String beats() {
        return prefix + "beats";
    }

    private String part(String workspace, String name) {
        return prefix + "{" + workspace + "}:" + name;
    }
}
