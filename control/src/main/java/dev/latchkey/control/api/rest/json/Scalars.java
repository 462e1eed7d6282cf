package dev.latchkey.control.api.rest.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.latchkey.json.EnumWords;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The reading of single values in requests. */
public final class Scalars {
    private static final Set<String> MESSAGES = Set.of(
            Timestamp.getDescriptor().getFullName(),
            Duration.getDescriptor().getFullName(),
            FieldMask.getDescriptor().getFullName());
    public static final Pattern FIELDS = Pattern.compile("[a-z_]{1,64}(,[a-z_]{1,64}){0,15}");
    public static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,9})?s");
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,10}");
    private static final Pattern TIME =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})");
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

    private Scalars() {}

    /**
     * Returns whether a field is a single value in JSON. Of the messages, only times, durations and field masks are.
     */
    public static boolean isScalar(FieldDescriptor field) {
        return field.getJavaType() != JavaType.MESSAGE
                || MESSAGES.contains(field.getMessageType().getFullName());
    }

    /**
     * Returns the JSON value of a query parameter: a number or boolean if the field has this type and the text can be
     * read as such, otherwise a string.
     */
    public static JsonNode ofParameter(FieldDescriptor field, String text) {
        if (field.getJavaType() == JavaType.BOOLEAN && (text.equals("true") || text.equals("false"))) {
            return BooleanNode.valueOf(text.equals("true"));
        }
        if (field.getJavaType() == JavaType.INT && WHOLE.matcher(text).matches()) {
            long number = Long.parseLong(text);
            return (int) number == number ? IntNode.valueOf((int) number) : TextNode.valueOf(text);
        }
        return TextNode.valueOf(text);
    }

    /** Returns the value, or null if the JSON is not valid for this field. */
    static @Nullable Object read(FieldDescriptor field, JsonNode json) {
        return switch (field.getJavaType()) {
            case INT -> json.isIntegralNumber() && json.canConvertToInt() ? json.intValue() : null;
            case BOOLEAN -> json.isBoolean() ? json.booleanValue() : null;
            case STRING -> json.isTextual() && isUnicode(json.textValue()) ? json.textValue() : null;
            case ENUM -> json.isTextual() ? EnumWords.find(field.getEnumType(), json.textValue()) : null;
            case MESSAGE -> json.isTextual() ? message(field, json.textValue()) : null;
            default -> throw new IllegalArgumentException(field.getFullName() + ": no JSON is agreed for its type");
        };
    }

    /** Returns a description, for people, of the values that the field takes. */
    static String expected(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> "a whole number, of at most 32 bits";
            case BOOLEAN -> "true or false";
            case STRING -> "a string of Unicode characters";
            case ENUM -> "one of " + String.join(", ", EnumWords.of(field.getEnumType()));
            default -> expectedText(field);
        };
    }

    private static String expectedText(FieldDescriptor field) {
        if (!isScalar(field)) {
            return "an object";
        }
        if (isFields(field)) {
            return "names of fields: \"name,scopes\"";
        }
        return isTime(field) ? "a time by RFC 3339: \"2027-01-31T00:00:00Z\"" : "seconds: \"3600s\"";
    }

    /** Returns the placeholder for a list element that could not be read. */
    static Object none(FieldDescriptor field, Message.Builder of) {
        return switch (field.getJavaType()) {
            case MESSAGE -> of.newBuilderForField(field).build();
            case STRING -> "";
            default -> throw new IllegalArgumentException(field.getFullName() + ": no lists of its type are known");
        };
    }

    /** Returns whether a field is a time. The field must be a message. */
    public static boolean isTime(FieldDescriptor field) {
        return is(field, Timestamp.getDescriptor());
    }

    /** Returns whether a field is a field mask. The field must be a message. */
    public static boolean isFields(FieldDescriptor field) {
        return is(field, FieldMask.getDescriptor());
    }

    private static boolean is(FieldDescriptor field, Descriptor type) {
        return field.getMessageType().getFullName().equals(type.getFullName());
    }

    private static @Nullable Object message(FieldDescriptor field, String text) {
        if (isFields(field)) {
            return fields(text);
        }
        return isTime(field) ? time(text) : duration(text);
    }

    private static @Nullable FieldMask fields(String text) {
        return FIELDS.matcher(text).matches()
                ? FieldMask.newBuilder().addAllPaths(List.of(text.split(","))).build()
                : null;
    }

    private static @Nullable Duration duration(String text) {
        if (!SECONDS.matcher(text).matches()) {
            return null;
        }
        BigDecimal seconds = new BigDecimal(text.substring(0, text.length() - 1));
        return Duration.newBuilder()
                .setSeconds(seconds.longValue())
                .setNanos(seconds.remainder(BigDecimal.ONE).movePointRight(9).intValueExact())
                .build();
    }

    private static @Nullable Timestamp time(String text) {
        if (!TIME.matcher(text).matches()) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            return time.isBefore(FIRST)
                    ? null
                    : Timestamp.newBuilder()
                            .setSeconds(time.getEpochSecond())
                            .setNanos(time.getNano())
                            .build();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /**
     * Returns whether {@code text} is valid Unicode. Half a surrogate pair is no character, and its stored form would
     * not show the text that was sent.
     */
    private static boolean isUnicode(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
