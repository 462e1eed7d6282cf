package dev.latchkey.control.api.rest.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.json.RestJson;
import dev.latchkey.text.NearestName;
import dev.latchkey.v1.Fields;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A reader of request JSON, which has the format that {@link RestJson} writes. It collects all violations: it continues
 * after an invalid value, and leaves that value out of the message.
 *
 * <p>This class is not thread-safe.
 */
public final class RequestJson {
    private final Violations violations = new Violations();

    /** Returns the violations found so far. */
    public List<Violation> violations() {
        return violations.all();
    }

    public void violation(String field, String value, String expected) {
        violations.add(field, value, expected);
    }

    /**
     * Adds a violation for an unknown member or parameter {@code name}. The value is never shown: it might be a secret
     * in the wrong place.
     */
    public void unknown(String path, String name, Collection<String> known) {
        String nearest = NearestName.of(name, known);
        String expected =
                nearest == null ? "nothing: there are none here" : "a name that there is, nearest: " + nearest;
        String shown = MessageText.quoted(name);
        violation(path + shown.substring(1, shown.length() - 1), Violations.NOT_SHOWN, expected);
    }

    /**
     * Reads the members of {@code json} into a message.
     *
     * @param path the path of the object in the request; empty for the request itself, otherwise ending with a dot
     */
    public void read(JsonNode json, Message.Builder into, String path) {
        Descriptor type = into.getDescriptorForType();
        Set<OneofDescriptor> seen = new HashSet<>();
        json.properties().forEach(member -> {
            FieldDescriptor field = type.findFieldByName(member.getKey());
            if (field == null) {
                unknown(path, member.getKey(), names(type));
            } else if (!member.getValue().isNull()) {
                checkAlone(field, seen, path);
                read(member.getValue(), into, field, path + field.getName());
            } else if (!takesNull(field)) {
                String expected = field.isRepeated() ? "an array" : Scalars.expected(field);
                violation(path + field.getName(), "null", expected + ", or no such member");
            }
        });
    }

    private void read(JsonNode json, Message.Builder into, FieldDescriptor field, String path) {
        if (!field.isRepeated()) {
            Object value = value(json, into, field, path);
            if (value != null) {
                into.setField(field, value);
            }
        } else if (json.isArray()) {
            if (json.isEmpty()) {
                violation(path, "[]", "at least one element");
            }
            for (int i = 0; i < json.size(); i++) {
                Object value = value(json.get(i), into, field, path + "[" + i + "]");
                // This element is already known to be invalid. A placeholder keeps the index of the others.
                into.addRepeatedField(field, value == null ? Scalars.none(field, into) : value);
            }
        } else {
            violation(path, shown(json), "an array");
        }
    }

    private @Nullable Object value(JsonNode json, Message.Builder into, FieldDescriptor field, String path) {
        if (field.getJavaType() == JavaType.MESSAGE && !Scalars.isScalar(field)) {
            if (!json.isObject()) {
                violation(path, shown(json), "an object");
                return null;
            }
            Message.Builder inner = into.newBuilderForField(field);
            read(json, inner, path + ".");
            return inner.build();
        }
        Object value = Scalars.read(field, json);
        if (value == null) {
            violation(
                    path,
                    field.getName().equals("secret") ? Violations.NOT_SHOWN : shown(json),
                    Scalars.expected(field));
        }
        return value;
    }

    /**
     * Returns whether null means the same as an absent member. It does not where absence selects a default or leaves
     * the stored value unchanged: in an update, null might be meant to remove something.
     */
    public static boolean takesNull(FieldDescriptor field) {
        return field.getOptions().getExtension(Fields.nullIsAbsent)
                || !(field.isRepeated() || field.hasPresence() || field.getJavaType() == JavaType.ENUM);
    }

    private void checkAlone(FieldDescriptor field, Set<OneofDescriptor> seen, String path) {
        OneofDescriptor group = field.getRealContainingOneof();
        if (group != null && !seen.add(group)) {
            String names =
                    group.getFields().stream().map(FieldDescriptor::getName).collect(Collectors.joining(" and "));
            violation(path + field.getName(), "given as well", "at most one of " + names);
        }
    }

    private static List<String> names(Descriptor type) {
        return type.getFields().stream().map(FieldDescriptor::getName).toList();
    }

    private static String shown(JsonNode json) {
        if (json.isTextual()) {
            return MessageText.quoted(json.textValue());
        }
        if (json.isContainerNode()) {
            return json.isArray() ? "an array" : "an object";
        }
        String quoted = MessageText.quoted(json.toString());
        return quoted.substring(1, quoted.length() - 1);
    }
}
