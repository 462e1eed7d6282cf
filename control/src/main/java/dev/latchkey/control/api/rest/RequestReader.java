package dev.latchkey.control.api.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.latchkey.control.api.rest.json.RequestJson;
import dev.latchkey.control.api.rest.json.RestMethod;
import dev.latchkey.control.api.rest.json.Scalars;
import dev.latchkey.control.api.rest.problem.Problem;
import dev.latchkey.control.api.rest.problem.ProblemException;
import dev.latchkey.control.api.rest.problem.ProblemKind;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The reader of HTTP requests. It builds the request message from the path, and from the body or the query. It rejects
 * everything unknown, because a misspelled filter must not list everything.
 *
 * <p>This class is stateless and thread-safe.
 */
final class RequestReader {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final MediaType JSON_TYPE = MediaType.parse("application/json");

    private RequestReader() {}

    /**
     * A request as it was read.
     *
     * @param message the message, without the invalid values
     * @param wrong the values that could not be read or must not be present
     */
    record Read(Message message, List<Violation> wrong) {}

    /** @throws ProblemException if the body cannot be read at all */
    static Read read(RestMethod method, ServiceRequestContext context, AggregatedHttpRequest request) {
        RequestJson reader = new RequestJson();
        ObjectNode members = body(method, request);
        addParameters(method, context.queryParams(), members, reader);
        addVariables(method, context, members, reader);
        Message.Builder message = DynamicMessage.newBuilder(method.descriptor().getInputType());
        reader.read(members, message, "");
        return new Read(message.build(), reader.violations());
    }

    private static ObjectNode body(RestMethod method, AggregatedHttpRequest request) {
        ObjectNode none = JsonNodeFactory.instance.objectNode();
        if (request.content().isEmpty()) {
            return none;
        }
        if (!method.takesBody()) {
            throw invalid("this call takes no body");
        }
        checkEncoding(request.headers().get(HttpHeaderNames.CONTENT_ENCODING));
        checkType(request.contentType());
        JsonNode json = parse(request.content().array());
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw invalid("the body is no JSON object");
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (StreamConstraintsException e) {
            throw invalid(
                    "the body is beyond the limits of JSON here: at most 1000 brackets deep, numbers of at most 1000"
                            + " characters and names of at most 50000");
        } catch (JsonProcessingException e) {
            throw invalid("the body is no JSON (RFC 8259): wrong" + where(e.getLocation())
                    + "; each member may be there once");
        } catch (CharacterCodingException e) {
            throw invalid("the body is not in UTF-8");
        } catch (RuntimeException | StackOverflowError e) {
            // Whatever the parser throws, the cause is the body: this is an error of the caller.
            throw invalid("the body is no JSON (RFC 8259)");
        }
    }

    private static String where(@Nullable JsonLocation place) {
        return place == null ? "" : " in line " + place.getLineNr() + ", column " + place.getColumnNr();
    }

    private static void checkEncoding(@Nullable String encoding) {
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ProblemException(Problem.of(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding: " + MessageText.quoted(encoding)
                            + " (expected: a body that is not compressed)"));
        }
    }

    private static void checkType(MediaType type) {
        Charset charset = type == null ? null : type.charset(StandardCharsets.UTF_8);
        if (type == null
                || !type.nameWithoutParameters().equals(JSON_TYPE.toString())
                || !StandardCharsets.UTF_8.equals(charset)) {
            throw new ProblemException(Problem.of(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type: " + (type == null ? "none" : MessageText.quoted(type.toString()))
                            + " (expected: application/json)"));
        }
    }

    private static void addParameters(
            RestMethod method, QueryParams parameters, ObjectNode members, RequestJson reader) {
        Descriptor type = method.descriptor().getInputType();
        // A call that takes a body takes no query parameters.
        Predicate<FieldDescriptor> taken = field ->
                !method.takesBody() && !method.variables().contains(field.getName()) && Scalars.isScalar(field);
        List<String> known = type.getFields().stream()
                .filter(taken)
                .map(FieldDescriptor::getName)
                .toList();
        for (String name : parameters.names()) {
            List<String> values = parameters.getAll(name);
            if (!known.contains(name)) {
                reader.unknown("", name, known);
            } else if (values.size() > 1) {
                reader.violation(name, values.size() + " values", "one");
            } else {
                members.set(name, Scalars.ofParameter(type.findFieldByName(name), values.get(0)));
            }
        }
    }

    private static void addVariables(
            RestMethod method, ServiceRequestContext context, ObjectNode members, RequestJson reader) {
        for (String name : method.variables()) {
            String value = String.valueOf(context.pathParam(name));
            if (members.has(name) && !value.equals(members.get(name).textValue())) {
                reader.violation(name, "another than in the path", "nothing, or the same as in the path");
            }
            members.put(name, value);
        }
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(Problem.of(ProblemKind.INVALID_ARGUMENT, detail));
    }
}
