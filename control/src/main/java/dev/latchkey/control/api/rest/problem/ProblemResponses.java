package dev.latchkey.control.api.rest.problem;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.latchkey.answer.AnswerStyle;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The error responses of the port, except those of gRPC: problem documents (RFC 9457) with the members in the order of
 * the sidecars' denials, followed by {@code violations}. This is the only place that makes them, including those for
 * errors that Armeria finds.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class ProblemResponses implements ServerErrorHandler {
    private static final MediaType PROBLEM = MediaType.parse("application/problem+json");

    private final AnswerStyle style;

    private final UnaryOperator<String> allowedAt;

    /** @param allowedAt returns the methods of a path, in the format of the {@code Allow} header */
    public ProblemResponses(AnswerStyle style, UnaryOperator<String> allowedAt) {
        this.style = style;
        this.allowedAt = allowedAt;
    }

    public AggregatedHttpResponse response(Problem problem) {
        ResponseHeadersBuilder headers = RestHeaders.of(HttpStatus.valueOf(problem.status()), PROBLEM);
        if (problem.status() == HttpStatus.UNAUTHORIZED.code()) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"" + style.realm() + "\"");
        }
        if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE.code()) {
            headers.set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        return response(headers, problem);
    }

    /** Returns the response to a method that a path does not have. */
    public AggregatedHttpResponse notAllowed(String method, String allowed) {
        Problem problem =
                Problem.of(ProblemKind.METHOD_NOT_ALLOWED, "method: " + method + " (expected: " + allowed + ")");
        return response(
                RestHeaders.of(HttpStatus.METHOD_NOT_ALLOWED, PROBLEM).set(HttpHeaderNames.ALLOW, allowed), problem);
    }

    /** Returns null: Armeria then determines the status and calls {@link #renderStatus}. */
    @Override
    public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return null;
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        if (status.equals(HttpStatus.METHOD_NOT_ALLOWED)) {
            return notAllowed(headers == null ? "unknown" : headers.method().name(), allowed(headers));
        }
        return status.isContentAlwaysEmpty()
                ? AggregatedHttpResponse.of(ResponseHeaders.of(status))
                : response(Problem.of(status));
    }

    /**
     * Returns the allowed methods for a request whose method the server does not know: the server rejects it without
     * looking up its path.
     */
    private String allowed(@Nullable RequestHeaders headers) {
        String path = headers == null ? "" : headers.path().split("[?]", 2)[0];
        return allowedAt.apply(path);
    }

    private AggregatedHttpResponse response(ResponseHeadersBuilder headers, Problem problem) {
        return AggregatedHttpResponse.of(
                headers.build(), HttpData.ofUtf8(json(problem).toString()));
    }

    private ObjectNode json(Problem problem) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("type", style.errorsBase() + problem.code())
                .put("title", problem.title())
                .put("status", problem.status())
                .put("code", problem.code())
                .put("detail", problem.detail());
        if (!problem.violations().isEmpty()) {
            ArrayNode violations = json.putArray("violations");
            problem.violations()
                    .forEach(violation -> violations
                            .addObject()
                            .put("field", violation.field())
                            .put("value", violation.value())
                            .put("expected", violation.expected()));
        }
        return json;
    }
}
