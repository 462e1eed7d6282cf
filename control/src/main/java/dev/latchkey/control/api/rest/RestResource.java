package dev.latchkey.control.api.rest;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.grpc.protocol.GrpcHeaderNames;
import com.linecorp.armeria.common.grpc.protocol.GrpcWebTrailers;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.latchkey.control.api.rest.json.RestMethod;
import dev.latchkey.control.api.rest.problem.Problem;
import dev.latchkey.control.api.rest.problem.ProblemException;
import dev.latchkey.control.api.rest.problem.ProblemKind;
import dev.latchkey.control.api.rest.problem.ProblemResponses;
import dev.latchkey.control.api.rest.problem.RestHeaders;
import dev.latchkey.json.RestJson;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A path and its methods. It authenticates the caller before it reads the body.
 *
 * <p>This class is immutable and thread-safe.
 */
final class RestResource implements HttpService {
    private static final MediaType JSON = MediaType.parse("application/json");
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Map<HttpMethod, RestMethod> methods;
    private final ProblemResponses problems;

    RestResource(Map<HttpMethod, RestMethod> methods, ProblemResponses problems) {
        this.methods = Map.copyOf(methods);
        this.problems = problems;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        HttpMethod asked = request.method() == HttpMethod.HEAD ? HttpMethod.GET : request.method();
        RestMethod method = methods.get(asked);
        if (method == null) {
            return problems.notAllowed(request.method().name(), allowed(methods.keySet()))
                    .toHttpResponse();
        }
        if (hasPathParameters(context)) {
            return problems.response(Problem.of(
                            ProblemKind.INVALID_ARGUMENT, "the path has a ; (expected: none, or %3B within an id)"))
                    .toHttpResponse();
        }
        context.logBuilder()
                .name(
                        method.descriptor().getService().getFullName(),
                        method.descriptor().getName());
        RestCall<?, ?> call = new RestCall<>(method.definition(), authorization(request), context::isCancelled);
        // An interceptor, such as the authentication, has already refused the call: the body is not read.
        if (call.status() != null) {
            request.abort();
            return end(context, call).toHttpResponse();
        }
        return HttpResponse.of(request.aggregate()
                .whenComplete((whole, failure) -> {
                    if (failure != null) {
                        call.giveUp();
                    }
                })
                .thenApplyAsync(whole -> answer(context, method, whole, call), context.blockingTaskExecutor())
                .thenApply(AggregatedHttpResponse::toHttpResponse));
    }

    private AggregatedHttpResponse answer(
            ServiceRequestContext context, RestMethod method, AggregatedHttpRequest request, RestCall<?, ?> call) {
        try {
            // The caller has given up: the call might have waited for a thread for a long time.
            if (context.isCancelled()) {
                throw new ProblemException(Problem.of(ProblemKind.CANCELLED, ""));
            }
            RequestReader.Read read = RequestReader.read(method, context, request);
            call.send(read.message(), read.wrong());
            if (!read.wrong().isEmpty() && isOk(call)) {
                // The method has no rules of its own that would have reported the violations.
                throw new ProblemException(Problem.of(read.wrong()));
            }
        } catch (ProblemException e) {
            call.giveUp();
            note(context, Status.INVALID_ARGUMENT);
            return problems.response(e.problem());
        }
        return end(context, call);
    }

    private static boolean isOk(RestCall<?, ?> call) {
        return call.status() != null && call.status().isOk();
    }

    private AggregatedHttpResponse end(ServiceRequestContext context, RestCall<?, ?> call) {
        Status status = call.status() == null ? Status.INTERNAL : call.status();
        note(context, status);
        return status.isOk() ? ok(call.answer()) : problems.response(Problem.of(status));
    }

    private static AggregatedHttpResponse ok(Message answer) {
        return AggregatedHttpResponse.of(
                RestHeaders.of(HttpStatus.OK, JSON).build(),
                HttpData.ofUtf8(RestJson.of(answer).toString()));
    }

    /** Sets the gRPC status for the metrics, which count calls by the status of gRPC. */
    private static void note(ServiceRequestContext context, Status status) {
        GrpcWebTrailers.set(
                context,
                HttpHeaders.of(
                        GrpcHeaderNames.GRPC_STATUS,
                        Integer.toString(status.getCode().value())));
    }

    private static Metadata authorization(HttpRequest request) {
        Metadata headers = new Metadata();
        request.headers().getAll(HttpHeaderNames.AUTHORIZATION).forEach(value -> headers.put(AUTHORIZATION, value));
        return headers;
    }

    /**
     * Returns whether the path contains path parameters. Text after a {@code ;} was ignored when this resource was
     * looked up, and must not be dropped silently.
     */
    private static boolean hasPathParameters(ServiceRequestContext context) {
        return context.routingContext()
                        .requestTarget()
                        .maybePathWithMatrixVariables()
                        .indexOf(';')
                >= 0;
    }

    static String allowed(Set<HttpMethod> methods) {
        Map<String, HttpMethod> sorted = new TreeMap<>();
        methods.forEach(method -> sorted.put(method.name(), method));
        if (sorted.containsKey(HttpMethod.GET.name())) {
            sorted.put(HttpMethod.HEAD.name(), HttpMethod.HEAD);
        }
        return sorted.keySet().stream().collect(Collectors.joining(", "));
    }
}
