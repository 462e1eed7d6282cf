package dev.latchkey.control.api.rest.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The limits of request values that a schema can express. A client that respects them is rejected only for reasons that
 * no schema can know, such as an unknown scope, a time in the past, or a wrong checksum.
 */
final class RequestLimits {
    private static final String ID = "^[A-Za-z0-9_-]{1,64}$";
    private static final String WORKSPACE = "^(?:[A-Za-z0-9_][A-Za-z0-9_-]{0,63}|-[A-Za-z0-9_-]{1,63})$";
    /** From one millisecond to about three thousand years. */
    private static final String LIFETIME =
            "[1-9][0-9]{0,10}(?:\\.[0-9]{1,9})?|0\\.(?:[1-9][0-9]{0,8}|0[1-9][0-9]{0,7}|00[1-9][0-9]{0,6})";

    private static final String ORDER = "^(?:create_time|name|expire_time|last_used_time)(?: desc)?$";
    /** The requests that accept {@code -} for any workspace. */
    private static final Set<String> ANY =
            Set.of("GetKeyRequest", "RevokeKeyRequest", "RotateKeyRequest", "UpdateKeyRequest");

    private static final Map<String, String> PATTERNS = Map.of(
            "request_id",
            "^[A-Za-z0-9._-]{0,64}$",
            "lifetime",
            "^(?:" + LIFETIME + ")s$",
            "expiring_in",
            "^(?:" + LIFETIME + ")s$",
            "overlap",
            "^(?:0|" + LIFETIME + ")s$",
            "older_than",
            "^(?:0|" + LIFETIME + ")s$",
            "order_by",
            ORDER,
            "key",
            ID,
            "actor",
            "^[A-Za-z0-9_.-]{1,64}$",
            "action",
            "^[a-z]{1,32}\\.[a-z_]{1,32}$",
            "update_mask",
            "^(?:name|scopes|lifetime|expire_time)(?:,(?:name|scopes|lifetime|expire_time)){0,3}$");

    private static final String SHOWS =
            "[^\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]";
    private static final String SECRET = "^[a-z][a-z0-9]{1,15}_(?:live|test)_[0-9A-Za-z]{16,128}$";
    /** The required members, by message. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "CreateKeyRequest", List.of("name", "scopes"),
            "CreateWorkspaceRequest", List.of("id"),
            "ImportKeysRequest", List.of("keys"),
            "KeyToImport", List.of("secret"),
            "FindKeyRequest", List.of("secret"),
            "RevokeLeakedKeyRequest", List.of("secret"));

    private RequestLimits() {}

    /** Returns the members that a message of this type must have. */
    static List<String> required(Descriptor type) {
        return REQUIRED.getOrDefault(type.getName(), List.of());
    }

    /** Adds the known limits of {@code field} to the schema of one of its values. */
    static ObjectNode addTo(ObjectNode schema, FieldDescriptor field) {
        String name = field.getName();
        String message = field.getContainingType().getName();
        String pattern = PATTERNS.get(name);
        if (pattern != null && field.getJavaType() != FieldDescriptor.JavaType.INT && !field.isRepeated()) {
            return schema.put("pattern", pattern);
        }
        return switch (name) {
            case "workspace" -> schema.put("pattern", ANY.contains(message) ? ID : WORKSPACE);
            case "id" -> schema.put("pattern", message.contains("Workspace") ? WORKSPACE : ID);
            case "name" -> schema.put("minLength", 1).put("maxLength", 100).put("pattern", "^" + SHOWS + "*$");
            case "reason" -> schema.put("maxLength", 200).put("pattern", "^" + SHOWS + "*$");
            case "page_token" -> schema.put("pattern", "^[A-Za-z0-9_-]*$");
            case "scopes" -> schema.put("minLength", 1);
            case "secret" ->
                required(field.getContainingType()).contains(name) ? schema.put("pattern", SECRET) : schema;
            case "page_size" -> schema.put("minimum", 0).put("maximum", 1000);
            default -> schema;
        };
    }
}
