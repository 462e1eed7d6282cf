package dev.latchkey.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * A converter of messages to the JSON of REST responses. Members have the names of the proto fields. Times are in RFC
 * 3339 format, durations in seconds ({@code "3600s"}), field masks as field names separated by commas, enum values in
 * lower case without their prefix. Lists, strings, numbers and booleans without presence are always present. Unset
 * messages and unspecified enum values are absent.
 *
 * <p>This class is stateless and thread-safe.
 */
public final class RestJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RestJson() {}

    public static ObjectNode of(Message message) {
        ObjectNode json = NODES.objectNode();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                ArrayNode array = json.putArray(field.getName());
                ((List<?>) message.getField(field)).forEach(element -> array.add(value(field, element)));
            } else if (!field.hasPresence() || message.hasField(field)) {
                JsonNode value = value(field, message.getField(field));
                if (!value.isNull()) {
                    json.set(field.getName(), value);
                }
            }
        }
        return json;
    }

    private static JsonNode value(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case STRING -> TextNode.valueOf((String) value);
            case INT -> IntNode.valueOf((Integer) value);
            case BOOLEAN -> BooleanNode.valueOf((Boolean) value);
            case ENUM -> word((EnumValueDescriptor) value);
            case MESSAGE -> message((Message) value);
            default -> throw new IllegalArgumentException(field.getFullName() + ": no JSON is agreed for its type");
        };
    }

    private static JsonNode word(EnumValueDescriptor value) {
        String word = EnumWords.of(value);
        return word == null ? NullNode.instance : TextNode.valueOf(word);
    }

    private static JsonNode message(Message message) {
        if (message instanceof Timestamp time) {
            return TextNode.valueOf(
                    Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
        }
        if (message instanceof Duration duration) {
            BigDecimal seconds =
                    BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNanos(), 9));
            return TextNode.valueOf(seconds.stripTrailingZeros().toPlainString() + "s");
        }
        if (message instanceof FieldMask mask) {
            return TextNode.valueOf(String.join(",", mask.getPathsList()));
        }
        return of(message);
    }
}
