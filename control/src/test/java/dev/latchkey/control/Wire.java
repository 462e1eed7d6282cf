package dev.latchkey.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.latchkey.json.RestJson;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A way to call any method of the control plane. */
enum Wire {
    GRPC {
        @Override
        Answer call(RunningControlPlane control, MethodDescriptor<?, ?> method, Message request, String token) {
            return grpc(control, method, request, token);
        }
    },
    REST {
        @Override
        Answer call(RunningControlPlane control, MethodDescriptor<?, ?> method, Message request, String token)
                throws IOException, InterruptedException {
            HttpResponse<String> response = CLIENT.send(
                    http(control, method, request)
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    BodyHandlers.ofString());
            Matcher problem = PROBLEM.matcher(response.body());
            return new Answer(
                    response.statusCode() == 200 || !problem.find() ? Code.OK : Code.valueOf(problem.group(1)),
                    response.body());
        }
    };

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern PROBLEM = Pattern.compile("\"code\":\"([A-Z_]+)\"");
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z_]+)}");

    /** What came back: the code, and the answer or why there is none. */
    record Answer(Code code, String text) {}

    abstract Answer call(RunningControlPlane control, MethodDescriptor<?, ?> method, Message request, String token)
            throws IOException, InterruptedException;

    @SuppressWarnings("unchecked") // the request is of the method's type
    private static <Q> Answer grpc(
            RunningControlPlane control, MethodDescriptor<Q, ?> method, Message request, String token) {
        var channel = ClientInterceptors.intercept(
                control.channel,
                MetadataUtils.newAttachHeadersInterceptor(RunningControlPlane.authorization("Bearer " + token)));
        try {
            return new Answer(
                    Code.OK,
                    ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, (Q) request)
                            .toString());
        } catch (StatusRuntimeException e) {
            return new Answer(
                    e.getStatus().getCode(), String.valueOf(e.getStatus().getDescription()));
        }
    }

    private static void withoutEmptyLists(JsonNode json) {
        if (json instanceof ObjectNode object) {
            object.properties()
                    .removeIf(member ->
                            member.getValue().isArray() && member.getValue().isEmpty());
        }
        json.forEach(Wire::withoutEmptyLists);
    }

    /** Returns the request as the method's {@code google.api.http} rule wants it. */
    private static HttpRequest.Builder http(
            RunningControlPlane control, MethodDescriptor<?, ?> method, Message request) {
        HttpRule rule = Methods.proto(method).getOptions().getExtension(AnnotationsProto.http);
        Set<String> inPath = new HashSet<>();
        String path = VARIABLE.matcher(rule.getGet() + rule.getPost() + rule.getPatch())
                .replaceAll(variable -> {
                    inPath.add(variable.group(1));
                    return String.valueOf(
                            request.getField(request.getDescriptorForType().findFieldByName(variable.group(1))));
                });
        Map<FieldDescriptor, Object> rest = request.getAllFields().entrySet().stream()
                .filter(field -> !inPath.contains(field.getKey().getName()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        String base = "http://127.0.0.1:" + control.plane.port() + path;
        if (rule.getBody().isEmpty()) {
            String query = rest.entrySet().stream()
                    .map(field -> field.getKey().getName() + "=" + field.getValue())
                    .collect(Collectors.joining("&"));
            return HttpRequest.newBuilder(URI.create(query.isEmpty() ? base : base + "?" + query));
        }
        Message.Builder body = request.newBuilderForType();
        rest.forEach(body::setField);
        var json = RestJson.of(body.build());
        json.remove(inPath);
        // A list that is explicitly empty is refused; the message cannot tell it from none.
        withoutEmptyLists(json);
        return HttpRequest.newBuilder(URI.create(base))
                .method(rule.getPatch().isEmpty() ? "POST" : "PATCH", BodyPublishers.ofString(json.toString()))
                .header("Content-Type", "application/json");
    }
}
