package dev.latchkey.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.latchkey.control.api.rest.json.RequestJson;
import dev.latchkey.v1.AuditEntry;
import dev.latchkey.v1.ExplainStep;
import dev.latchkey.v1.GetCallerRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.RouteEnvironment;
import dev.latchkey.v1.Scope;
import dev.latchkey.v1.Workspace;
import dev.latchkey.v1.WorkspaceState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writing and reading are checked on every message that there is. */
class RestJsonTest {
    private static final List<FileDescriptor> FILES = Stream.of(
                    Key.getDescriptor(),
                    Workspace.getDescriptor(),
                    ExplainStep.getDescriptor(),
                    AuditEntry.getDescriptor(),
                    Scope.getDescriptor(),
                    GetCallerRequest.getDescriptor())
            .map(Descriptor::getFile)
            .toList();

    static Stream<Descriptor> messages() {
        return FILES.stream().flatMap(file -> file.getMessageTypes().stream());
    }

    static Stream<EnumDescriptor> enums() {
        return FILES.stream().flatMap(file -> file.getEnumTypes().stream());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void of_everyFieldSet_isReadBackAsItWas(Descriptor type) {
        Message full = full(type);
        ObjectNode json = RestJson.of(full);

        RequestJson reader = new RequestJson();
        DynamicMessage.Builder read = DynamicMessage.newBuilder(type);
        reader.read(json, read, "");

        assertThat(reader.violations()).isEmpty();
        assertThat(read.build()).isEqualTo(full);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void of_nothingSet_hasAllButMessagesAndEnums(Descriptor type) {
        ObjectNode json = RestJson.of(DynamicMessage.getDefaultInstance(type));

        List<String> expected = new ArrayList<>();
        for (FieldDescriptor field : type.getFields()) {
            if (field.isRepeated() || (!field.hasPresence() && !saysNothing(field))) {
                expected.add(field.getName());
            }
        }
        assertThat(json.fieldNames()).toIterable().containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @MethodSource("enums")
    void words_ofEveryEnum_areItsOwnAndFindTheValue(EnumDescriptor type) {
        assertThat(EnumWords.of(type)).doesNotHaveDuplicates().isNotEmpty().allSatisfy(word -> {
            assertThat(word).matches("[a-z]+(_[a-z]+)*");
            assertThat(EnumWords.of(EnumWords.find(type, word))).isEqualTo(word);
        });
        assertThat(EnumWords.find(type, "unspecified")).isNull();
    }

    @Test
    void words_ofTheContract_areThese() {
        assertThat(EnumWords.of(dev.latchkey.v1.Environment.getDescriptor())).containsExactly("live", "test");
        assertThat(EnumWords.of(dev.latchkey.v1.KeyState.getDescriptor()))
                .containsExactly("active", "expired", "revoked");
        assertThat(EnumWords.of(WorkspaceState.getDescriptor())).containsExactly("active", "inactive");
        assertThat(EnumWords.of(RouteEnvironment.getDescriptor()))
                .containsExactly("as_reference", "live", "test", "silent");
        assertThat(EnumWords.of(dev.latchkey.v1.StepOutcome.getDescriptor()))
                .containsExactly("passed", "failed", "not_reached");
    }

    @Test
    void of_emptyList_hasItsTokenAndItsArray() {
        assertThat(RestJson.of(ListKeysResponse.getDefaultInstance()))
                .hasToString("{\"keys\":[],\"next_page_token\":\"\"}");
    }

    @Test
    void of_timesAndDurations_areAsThePublicRulesWriteThem() {
        assertThat(time(0, 0)).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(time(1_790_000_000, 250_000_000)).isEqualTo("2026-09-21T14:13:20.250Z");
        assertThat(duration(3600, 0)).isEqualTo("3600s");
        assertThat(duration(0, 0)).isEqualTo("0s");
        assertThat(duration(1, 500_000_000)).isEqualTo("1.5s");
        assertThat(duration(-1, -500_000_000)).isEqualTo("-1.5s");
    }

    private static String time(long seconds, int nanos) {
        Timestamp time =
                Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
        return RestJson.of(Key.newBuilder().setCreateTime(time).build())
                .get("create_time")
                .textValue();
    }

    private static String duration(long seconds, int nanos) {
        Duration duration =
                Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
        JsonNode json = RestJson.of(dev.latchkey.v1.RotateKeyRequest.newBuilder()
                .setOverlap(duration)
                .build());
        return json.get("overlap").textValue();
    }

    private static boolean saysNothing(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.ENUM
                && EnumWords.of(field.getEnumType().findValueByNumber(0)) == null;
    }

    /** Returns a message with every field set, of alternatives the last. */
    private static Message full(Descriptor type) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            Object value = sample(field);
            if (field.isRepeated()) {
                message.addRepeatedField(field, value).addRepeatedField(field, value);
            } else {
                message.setField(field, value);
            }
        }
        return message.build();
    }

    private static Object sample(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING -> "\"ü\" \\ " + field.getName();
            case INT -> Integer.MIN_VALUE + field.getNumber();
            case BOOLEAN -> true;
            case ENUM ->
                field.getEnumType()
                        .getValues()
                        .get(field.getEnumType().getValues().size() - 1);
            case MESSAGE ->
                switch (field.getMessageType().getFullName()) {
                    case "google.protobuf.Timestamp" ->
                        Timestamp.newBuilder()
                                .setSeconds(253_402_300_799L)
                                .setNanos(999_000_000)
                                .build();
                    case "google.protobuf.Duration" ->
                        Duration.newBuilder().setSeconds(7_776_000).setNanos(1).build();
                    case "google.protobuf.FieldMask" ->
                        FieldMask.newBuilder()
                                .addPaths("name")
                                .addPaths("scopes")
                                .build();
                    default -> full(field.getMessageType());
                };
            default -> throw new IllegalArgumentException(field.getFullName());
        };
    }
}
