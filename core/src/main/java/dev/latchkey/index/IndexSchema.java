package dev.latchkey.index;

import dev.latchkey.key.Environment;
import dev.latchkey.key.Ids;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names and fields of the public part of the Redis schema, version 1; no other class spells them. Decoding is
 * strict: a hash that is not certainly a record of this version fails with {@link IndexException.Fault#BAD_RECORD},
 * never with a partial record.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class IndexSchema {
    private static final String VERSION = "1";
    /** The version of workspace records with a generation: readers that know no generations must reject them. */
    private static final String VERSION_WITH_GENERATION = "2";

    private static final String V = "v";
    private static final String STATE = "state";
    private static final String REV = "rev";
    private static final String KEY_ID = "id";
    private static final String WORKSPACE = "workspace";
    private static final String ENVIRONMENT = "environment";
    private static final String SCOPES = "scopes";
    private static final String EXPIRES_AT = "expires_at";
    private static final String GENERATION = "generation";

    private static final String ACTIVE = "active";
    private static final String REVOKED = "revoked";
    private static final String INACTIVE = "inactive";

    private final String prefix;

    /** @param prefix the prefix of all names, {@code latchkey:} by default */
    public IndexSchema(String prefix) {
        this.prefix = prefix;
    }

    /** Returns the prefix of all names. */
    public String prefix() {
        return prefix;
    }

    /** Returns the name of the hash that holds the record of a key. */
    public String key(KeyDigest digest) {
        return prefix + "key:" + digest.text();
    }

    /** Returns the name of the hash that holds the record of a workspace. */
    public String workspace(String id) {
        return prefix + "workspace:" + id;
    }

    /** Returns the digest in {@code name}; empty if {@code name} is not the name of a key record. */
    public Optional<KeyDigest> digestIn(String name) {
        String start = prefix + "key:";
        return name.startsWith(start) ? KeyDigest.read(name.substring(start.length())) : Optional.empty();
    }

    /** Returns the workspace id in {@code name}; empty if {@code name} is not the name of a workspace record. */
    public Optional<String> workspaceIn(String name) {
        String start = prefix + "workspace:";
        return name.startsWith(start) ? Optional.of(name.substring(start.length())) : Optional.empty();
    }

    /**
     * Returns the prefixes of the names that Redis must track: all records and the canary. Redis pushes changes
     * of these names.
     */
    public List<String> tracked() {
        return List.of(prefix + "key:", prefix + "workspace:", canary());
    }

    /** Returns the name of the canary, a hash that the control plane updates every second as a sign of life. */
    public String canary() {
        return prefix + "canary";
    }

    /** Returns the name of the sorted set that orders the key ids of a workspace by last use. */
    public String used(String workspace) {
        return prefix + "used:{" + workspace + "}";
    }

    /** Returns the name of the string against which a process can check its pepper of this {@code version}. */
    public String pepperCheck(int version) {
        return prefix + "meta:pepper:" + version;
    }

    /** Returns the name of the string that exists once no key needs the pepper of {@code version} any more. */
    public String pepperRetired(int version) {
        return prefix + "meta:retired-pepper:" + version;
    }

    /** Returns the name of the string that holds the version of this schema. */
    public String schemaVersion() {
        return prefix + "meta:schema";
    }

    /**
     * Returns the name of the note of the ledger's highest known beat count. The note lies outside the ledger, so that
     * it shows when the ledger alone is lost.
     */
    public String ledgerNote() {
        return prefix + "meta:ledger";
    }

    /** Returns the prefix of all names that belong to the control plane alone. */
    public String ledger() {
        return prefix + "ledger:";
    }

    /**
     * Returns whether {@code scope} fits a record and a header: visible ASCII without quote and backslash, not empty.
     */
    public static boolean isScope(String scope) {
        for (int i = 0; i < scope.length(); i++) {
            char c = scope.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\') {
                return false;
            }
        }
        return !scope.isEmpty();
    }

    /** Returns the fields of a key's hash, in a fixed order. */
    public static Map<String, String> encode(KeyRecord key) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(V, VERSION);
        fields.put(KEY_ID, key.id());
        fields.put(WORKSPACE, key.workspace());
        fields.put(ENVIRONMENT, key.environment().text());
        fields.put(SCOPES, key.scopeText());
        fields.put(STATE, key.revoked() ? REVOKED : ACTIVE);
        if (key.expiresAt() != KeyRecord.NEVER) {
            fields.put(EXPIRES_AT, Long.toString(key.expiresAt()));
        }
        fields.put(REV, Long.toString(key.rev()));
        if (key.generation() > 0) {
            fields.put(GENERATION, Long.toString(key.generation()));
        }
        return fields;
    }

    /** Returns the fields of a workspace's hash, in a fixed order. */
    public static Map<String, String> encode(WorkspaceRecord workspace) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(V, workspace.generation() > 0 ? VERSION_WITH_GENERATION : VERSION);
        fields.put(STATE, workspace.active() ? ACTIVE : INACTIVE);
        fields.put(REV, Long.toString(workspace.rev()));
        if (workspace.generation() > 0) {
            fields.put(GENERATION, Long.toString(workspace.generation()));
        }
        return fields;
    }

    /**
     * Decodes a key record.
     *
     * @throws IndexException with {@code BAD_RECORD}; the message names every missing or invalid field
     */
    public static KeyRecord decodeKey(Map<String, String> fields) {
        Reader in = new Reader(fields);
        in.version(VERSION);
        String id = in.id(KEY_ID);
        String workspace = in.id(WORKSPACE);
        Environment environment = in.environment();
        Set<String> scopes = in.scopes();
        boolean active = in.either(STATE, ACTIVE, REVOKED);
        long expiresAt = in.numberOr(EXPIRES_AT, KeyRecord.NEVER);
        long rev = in.number(REV);
        long generation = in.numberOr(GENERATION, 0);
        in.done("key");
        return new KeyRecord(
                id,
                workspace,
                environment,
                scopes,
                active ? KeyRecord.State.ACTIVE : KeyRecord.State.REVOKED,
                expiresAt,
                rev,
                generation);
    }

    /**
     * Decodes the record of the workspace {@code id}.
     *
     * @throws IndexException with {@code BAD_RECORD}; the message names every missing or invalid field
     */
    public static WorkspaceRecord decodeWorkspace(String id, Map<String, String> fields) {
        Reader in = new Reader(fields);
        boolean marked = VERSION_WITH_GENERATION.equals(fields.get(V));
        in.version(marked ? VERSION_WITH_GENERATION : VERSION);
        boolean active = in.either(STATE, ACTIVE, INACTIVE);
        long rev = in.number(REV);
        long generation = marked ? in.number(GENERATION) : in.numberOr(GENERATION, 0);
        in.done("workspace");
        return new WorkspaceRecord(id, active, rev, generation);
    }

    /**
     * A reader that decodes field by field, continues after an invalid field, and rejects the record in {@link #done}.
     */
    private static final class Reader {
        private final Map<String, String> fields;
        private final List<String> wrong = new ArrayList<>(0);

        Reader(Map<String, String> fields) {
            this.fields = fields;
        }

        void version(String expected) {
            if (!expected.equals(fields.get(V))) {
                wrong.add(V);
            }
        }

        String id(String field) {
            String value = fields.get(field);
            if (value != null && Ids.isId(value)) {
                return value;
            }
            wrong.add(field);
            return "";
        }

        Environment environment() {
            Environment environment = Environment.of(fields.get(ENVIRONMENT));
            if (environment != null) {
                return environment;
            }
            wrong.add(ENVIRONMENT);
            return Environment.TEST;
        }

        Set<String> scopes() {
            @Nullable String value = fields.get(SCOPES);
            if (value == null) {
                wrong.add(SCOPES);
                return Set.of();
            }
            Set<String> scopes = new LinkedHashSet<>();
            if (!value.isEmpty()) {
                scopes.addAll(List.of(value.split(" ", -1)));
            }
            if (!scopes.stream().allMatch(IndexSchema::isScope)) {
                wrong.add(SCOPES);
            }
            return scopes;
        }

        boolean either(String field, String yes, String no) {
            String value = fields.get(field);
            if (!yes.equals(value) && !no.equals(value)) {
                wrong.add(field);
            }
            return yes.equals(value);
        }

        long number(String field) {
            String value = fields.get(field);
            try {
                long number = value == null ? -1 : Long.parseLong(value);
                if (number >= 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Reported below, like a missing or negative number.
            }
            wrong.add(field);
            return 0;
        }

        long numberOr(String field, long absent) {
            return fields.containsKey(field) ? number(field) : absent;
        }

        void done(String kind) {
            if (!wrong.isEmpty()) {
                throw new IndexException(
                        IndexException.Fault.BAD_RECORD, kind + " record with missing or wrong fields: " + wrong);
            }
        }
    }
}
