package dev.latchkey.control.api.rest;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.control.api.rest.json.RestMethod;
import dev.latchkey.control.api.rest.openapi.OpenApi;
import dev.latchkey.control.api.rest.problem.ProblemResponses;
import io.grpc.ServerServiceDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The REST interface of gRPC services. Errors are problem documents (RFC 9457).
 *
 * <p>This class is immutable and thread-safe.
 */
public final class RestApi {
    private final Map<String, Map<HttpMethod, RestMethod>> methodsByPath = new LinkedHashMap<>();
    private final ProblemResponses problems;

    /**
     * @param services the services with their interceptors; each method must have a {@code google.api.http} rule, and
     *     must close the call before it returns
     * @throws IllegalArgumentException if a method has no such rule
     */
    public RestApi(List<ServerServiceDefinition> services, AnswerStyle style) {
        problems = new ProblemResponses(style, this::allowedAt);
        for (ServerServiceDefinition service : services) {
            service.getMethods().forEach(definition -> {
                RestMethod method = RestMethod.of(definition);
                methodsByPath
                        .computeIfAbsent(method.template(), path -> new LinkedHashMap<>())
                        .put(method.httpMethod(), method);
            });
        }
    }

    /** Passes each path to {@code paths}, with the service that serves it. */
    public void forEach(BiConsumer<Route, HttpService> paths) {
        methodsByPath.forEach((template, methods) -> paths.accept(
                Route.builder().regex(RestMethod.pattern(template)).build(), new RestResource(methods, problems)));
    }

    /** Passes POST requests to {@code grpc}, because gRPC has no other method; rejects others as REST does. */
    public HttpResponse post(HttpService grpc, ServiceRequestContext context, HttpRequest request) throws Exception {
        return request.method() == HttpMethod.POST
                ? grpc.serve(context, request)
                : problems.notAllowed(request.method().name(), HttpMethod.POST.name())
                        .toHttpResponse();
    }

    /**
     * Returns the methods of {@code path}. If the path is no REST path, returns every method that any other path of
     * this port takes.
     */
    private String allowedAt(String path) {
        return methodsByPath.entrySet().stream()
                .filter(entry -> path.matches(RestMethod.pattern(entry.getKey())))
                .findFirst()
                .map(entry -> RestResource.allowed(entry.getValue().keySet()))
                .orElse("GET, HEAD, POST");
    }

    /** Returns the OpenAPI 3.1 document of this REST interface: JSON in UTF-8. */
    public String openApi() {
        return OpenApi.of(methodsByPath.values().stream()
                        .flatMap(methods -> methods.values().stream())
                        .toList())
                .toPrettyString();
    }

    /** Returns the handler that turns the other errors of this port into problem documents as well. */
    public ServerErrorHandler errors() {
        return problems;
    }
}
