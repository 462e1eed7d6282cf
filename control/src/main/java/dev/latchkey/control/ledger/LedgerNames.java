package dev.latchkey.control.ledger;

import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.KeyDigest;

/** The names of the ledger in Redis, see {@link Ledger}; no other class spells them. Immutable and thread-safe. */
final class LedgerNames {
    private final String prefix;

    LedgerNames(IndexSchema schema) {
        this.prefix = schema.ledger();
    }

    String records(String workspace) {
        return part(workspace, "records");
    }

    String ids(String workspace) {
        return part(workspace, "ids");
    }

    String audit(String workspace) {
        return part(workspace, "audit");
    }

    String pending(String workspace) {
        return part(workspace, "pending");
    }

    /** @param request of a {@link Claim} */
    String request(String workspace, String request) {
        return part(workspace, "request:" + request);
    }

    String owner(String key) {
        return prefix + "owner:" + key;
    }

    /** By this one import keeps all others from the key of {@code digest}. */
    String claim(KeyDigest digest) {
        return prefix + "claim:" + digest.text();
    }

    String workspaces() {
        return prefix + "workspaces";
    }

    String recent() {
        return prefix + "recent";
    }

    private String part(String workspace, String name) {
        return prefix + "{" + workspace + "}:" + name;
    }
}
