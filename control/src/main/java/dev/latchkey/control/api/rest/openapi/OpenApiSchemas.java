package dev.latchkey.control.api.rest.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.latchkey.control.api.rest.json.RequestJson;
import dev.latchkey.control.api.rest.json.Scalars;
import dev.latchkey.json.EnumWords;
import dev.latchkey.json.RestJson;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A generator of the schemas (JSON Schema 2020-12) for the JSON of responses, as {@link RestJson} writes it, and of
 * requests, as {@link RequestJson} reads it.
 *
 * <p>This class is not thread-safe.
 */
final class OpenApiSchemas {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** The maximum number of keys in an import. */
    private static final int MAX_ELEMENTS = 500;

    private final ProtoComments comments;
    private final ObjectNode schemas = NODES.objectNode();

    OpenApiSchemas(ProtoComments comments) {
        this.comments = comments;
    }

    /** Returns the schemas generated so far, by name. */
    ObjectNode all() {
        return schemas;
    }

    /** Returns a reference to the schema of a response. Members that are always present are required. */
    ObjectNode answer(Descriptor type) {
        if (!schemas.has(type.getName())) {
            ObjectNode schema = object(type);
            ObjectNode properties = schema.putObject("properties");
            ArrayNode required = NODES.arrayNode();
            for (FieldDescriptor field : type.getFields()) {
                properties.set(field.getName(), field(field, answerType(field)));
                if (isAlwaysThere(field)) {
                    required.add(field.getName());
                }
            }
            if (!required.isEmpty()) {
                schema.set("required", required);
            }
        }
        return reference(type.getName());
    }

    /** Returns a reference to the schema of a request body, which allows no other members. */
    ObjectNode request(Descriptor type, List<String> inPath) {
        if (!schemas.has(type.getName())) {
            ObjectNode schema = object(type).put("additionalProperties", false);
            ObjectNode properties = schema.putObject("properties");
            for (FieldDescriptor field : type.getFields()) {
                if (!inPath.contains(field.getName())) {
                    properties.set(field.getName(), requestField(field));
                }
            }
            if (!RequestLimits.required(type).isEmpty()) {
                RequestLimits.required(type).forEach(schema.putArray("required")::add);
            }
            // A request must not contain both members of a oneof.
            for (OneofDescriptor group : type.getRealOneofs()) {
                ArrayNode both = schema.putObject("not").putArray("required");
                group.getFields().forEach(field -> both.add(field.getName()));
            }
        }
        return reference(type.getName());
    }

    /** Returns the schema of a path or query parameter. */
    ObjectNode parameter(FieldDescriptor field) {
        return RequestLimits.addTo(scalar(field), field);
    }

    String comment(FieldDescriptor field) {
        return comments.of(field.getFullName());
    }

    private ObjectNode object(Descriptor type) {
        ObjectNode schema = schemas.putObject(type.getName()).put("type", "object");
        describe(schema, comments.of(type.getFullName()));
        return schema;
    }

    private ObjectNode field(FieldDescriptor field, ObjectNode type) {
        ObjectNode schema = type;
        if (field.isRepeated()) {
            schema = NODES.objectNode().put("type", "array");
            schema.set("items", type);
        }
        return describe(schema, comment(field));
    }

    private ObjectNode answerType(FieldDescriptor field) {
        return Scalars.isScalar(field) ? scalar(field) : answer(field.getMessageType());
    }

    private ObjectNode requestField(FieldDescriptor field) {
        ObjectNode schema = field(field, requestType(field));
        if (field.isRepeated()) {
            schema.put("minItems", 1);
            if (!Scalars.isScalar(field)) {
                schema.put("maxItems", MAX_ELEMENTS);
            }
        } else if (RequestJson.takesNull(field)
                && !RequestLimits.required(field.getContainingType()).contains(field.getName())
                && schema.path("type").isTextual()) {
            String type = schema.path("type").textValue();
            schema.putArray("type").add(type).add("null");
        }
        return schema;
    }

    private ObjectNode requestType(FieldDescriptor field) {
        return Scalars.isScalar(field)
                ? RequestLimits.addTo(scalar(field), field)
                : request(field.getMessageType(), List.of());
    }

    private ObjectNode scalar(FieldDescriptor field) {
        ObjectNode schema = NODES.objectNode();
        return switch (field.getJavaType()) {
            case INT -> schema.put("type", "integer").put("format", "int32");
            case BOOLEAN -> schema.put("type", "boolean");
            case ENUM -> words(field.getEnumType());
            case MESSAGE -> text(field, schema.put("type", "string"));
            default -> schema.put("type", "string");
        };
    }

    private static ObjectNode text(FieldDescriptor field, ObjectNode schema) {
        if (Scalars.isTime(field)) {
            return schema.put("format", "date-time");
        }
        return schema.put(
                "pattern", "^" + (Scalars.isFields(field) ? Scalars.FIELDS : Scalars.SECONDS).pattern() + "$");
    }

    private ObjectNode words(EnumDescriptor type) {
        if (!schemas.has(type.getName())) {
            ObjectNode schema = schemas.putObject(type.getName()).put("type", "string");
            EnumWords.of(type).forEach(schema.putArray("enum")::add);
            describe(schema, (comments.of(type.getFullName()) + "\n\n" + meanings(type)).strip());
        }
        return reference(type.getName());
    }

    private String meanings(EnumDescriptor type) {
        return type.getValues().stream()
                .filter(value -> EnumWords.of(value) != null)
                .filter(value -> !comment(value).isEmpty())
                .map(value -> "- `" + EnumWords.of(value) + "`: " + comment(value))
                .collect(Collectors.joining("\n"));
    }

    private String comment(EnumValueDescriptor value) {
        return comments.of(value.getFile().getPackage() + "." + value.getName());
    }

    private static boolean isAlwaysThere(FieldDescriptor field) {
        boolean silent = field.getJavaType() == JavaType.ENUM
                && EnumWords.of(field.getEnumType().getValues().get(0)) == null;
        return field.isRepeated() || (!field.hasPresence() && !silent);
    }

    private static ObjectNode reference(String name) {
        return NODES.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    private static ObjectNode describe(ObjectNode schema, String text) {
        return text.isEmpty() ? schema : schema.put("description", text);
    }
}
