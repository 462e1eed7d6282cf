package dev.latchkey.control.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The codec of the ledger's records: one JSON object with its members in a fixed order. Only Java reads and writes the
 * text. The scripts compare texts byte by byte, because {@code cjson} does not preserve them.
 */
public final class LedgerCodec {
    private static final int VERSION = 1;
    /**
     * The version of a workspace with a generation. A control plane that does not know generations must fail to read
     * such a record; otherwise it would write the record back without the generation.
     */
    private static final int VERSION_WITH_GENERATION = 2;

    private static final String GENERATION = "generation";
    public static final long LAST_MILLI = 253_402_300_799_999L; // 9999-12-31T23:59:59.999Z
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private LedgerCodec() {}

    public static String encode(LedgerEntry entry) {
        boolean marked = entry instanceof ManagedWorkspace workspace
                && workspace.record().generation() > 0;
        ObjectNode json = JSON.createObjectNode().put("v", marked ? VERSION_WITH_GENERATION : VERSION);
        if (entry instanceof ManagedKey key) {
            json.put("id", key.id()).put("workspace", key.workspace());
            json.put("environment", key.record().environment().text());
            json.put("digest", key.digest().text()).put("start", key.start());
            if (key.withdrawn()) {
                json.put("withdrawn", true);
            }
        } else {
            json.put("id", entry.workspace());
        }
        describe(entry, json);
        return write(json);
    }

    /** Returns the members of {@code entry} that the audit trail shows, as JSON. */
    public static String describe(LedgerEntry entry) {
        ObjectNode json = JSON.createObjectNode();
        describe(entry, json);
        return write(json);
    }

    private static void describe(LedgerEntry entry, ObjectNode json) {
        if (entry instanceof ManagedKey key) {
            json.put("name", key.name());
            key.record().scopes().forEach(json.putArray("scopes")::add);
            json.put("state", key.closed() ? "revoked" : "active").put("created_at", key.createdAt());
            if (key.record().expiresAt() != KeyRecord.NEVER) {
                json.put("expires_at", key.record().expiresAt());
            }
            if (key.closed()) {
                json.put("revoked_at", key.revokedAt());
            }
            putLink(json, "predecessor", key.links().predecessor());
            putLink(json, "successor", key.links().successor());
            putGeneration(json, key.record().generation());
        } else if (entry instanceof ManagedWorkspace workspace) {
            json.put("name", workspace.name());
            json.put("state", workspace.active() ? "active" : "inactive").put("created_at", workspace.createdAt());
            putGeneration(json, workspace.record().generation());
        }
        json.put("rev", entry.rev());
    }

    /** Parses the output of {@link #describe(LedgerEntry)}; empty if the text cannot be read. */
    public static Optional<AuditedState> audited(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (!json.isObject()) {
                return Optional.empty();
            }
            List<String> scopes = new ArrayList<>();
            json.path("scopes").forEach(scope -> scopes.add(scope.asText()));
            return Optional.of(new AuditedState(
                    json.required("name").asText(),
                    scopes,
                    json.required("state").asText(),
                    time(json, "created_at"),
                    time(json, "expires_at"),
                    time(json, "revoked_at"),
                    json.path("predecessor").asText(),
                    json.path("successor").asText()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static OptionalLong time(JsonNode json, String member) {
        JsonNode time = json.path(member);
        if (!time.isMissingNode()
                && (!time.canConvertToLong() || time.longValue() < 0 || time.longValue() > LAST_MILLI)) {
            throw new IllegalArgumentException("no time: " + member);
        }
        return time.isMissingNode() ? OptionalLong.empty() : OptionalLong.of(time.longValue());
    }

    public static ManagedKey decodeKey(String id, String text) {
        JsonNode json = read(id, text, VERSION);
        try {
            Environment environment =
                    Environment.of(json.required("environment").textValue());
            if (environment == null || !json.required("id").asText().equals(id)) {
                throw bad(id);
            }
            Set<String> scopes = new LinkedHashSet<>();
            json.required("scopes").forEach(scope -> scopes.add(scope.asText()));
            KeyRecord record = new KeyRecord(
                    id,
                    json.required("workspace").asText(),
                    environment,
                    scopes,
                    either(id, json, "active", "revoked") ? KeyRecord.State.ACTIVE : KeyRecord.State.REVOKED,
                    json.has("expires_at") ? number(id, json, "expires_at") : KeyRecord.NEVER,
                    number(id, json, "rev"),
                    json.has(GENERATION) ? number(id, json, GENERATION) : 0);
            return new ManagedKey(
                    record,
                    KeyDigest.of(json.required("digest").asText()),
                    json.required("name").asText(),
                    json.required("start").asText(),
                    number(id, json, "created_at"),
                    record.revoked() ? number(id, json, "revoked_at") : 0,
                    new ManagedKey.Links(
                            json.path("predecessor").asText(),
                            json.path("successor").asText()),
                    json.path("withdrawn").asBoolean());
        } catch (IllegalArgumentException e) {
            throw bad(id);
        }
    }

    public static ManagedWorkspace decodeWorkspace(String id, String text) {
        JsonNode json = read(id, text, VERSION_WITH_GENERATION);
        try {
            if (!json.required("id").asText().equals(id)) {
                throw bad(id);
            }
            boolean active = either(id, json, "active", "inactive");
            boolean marked = json.path("v").asInt() == VERSION_WITH_GENERATION;
            long generation = marked || json.has(GENERATION) ? number(id, json, GENERATION) : 0;
            return new ManagedWorkspace(
                    new WorkspaceRecord(id, active, number(id, json, "rev"), generation),
                    json.required("name").asText(),
                    number(id, json, "created_at"));
        } catch (IllegalArgumentException e) {
            throw bad(id);
        }
    }

    private static void putGeneration(ObjectNode json, long generation) {
        if (generation > 0) {
            json.put(GENERATION, generation);
        }
    }

    private static void putLink(ObjectNode json, String member, String id) {
        if (!id.isEmpty()) {
            json.put(member, id);
        }
    }

    private static boolean either(String id, JsonNode json, String yes, String no) {
        String state = json.required("state").asText();
        if (!state.equals(yes) && !state.equals(no)) {
            throw bad(id);
        }
        return state.equals(yes);
    }

    private static long number(String id, JsonNode json, String member) {
        JsonNode number = json.required(member);
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
            throw bad(id);
        }
        return number.longValue();
    }

    /** @param newest the newest version that the caller can read; the oldest is {@link #VERSION} */
    private static JsonNode read(String id, String text, int newest) {
        try {
            JsonNode json = JSON.readTree(text);
            int version = json.path("v").asInt();
            if (version < VERSION || version > newest) {
                throw bad(id);
            }
            return json;
        } catch (JsonProcessingException e) {
            throw bad(id);
        }
    }

    private static String write(ObjectNode json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers cannot be written", e);
        }
    }

    private static StoreException bad(String id) {
        return new StoreException(
                StoreException.Fault.BAD_RECORD,
                "the ledger's record of " + id + " cannot be read (expected: version " + VERSION
                        + "); it was changed by something else, or by a newer control plane: restore it from a"
                        + " backup or upgrade this one");
    }
}
