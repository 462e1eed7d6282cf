package dev.latchkey.control.api.rest.problem;

import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Status;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of problems, each with its HTTP status and title. The kinds that are named like gRPC codes have the HTTP
 * statuses that {@code google.rpc.Code} gives them, except {@link #RESOURCE_EXHAUSTED}. The other kinds are errors of
 * the HTTP protocol itself.
 */
public enum ProblemKind {
    INVALID_ARGUMENT(400, "The request is not valid"),
    FAILED_PRECONDITION(400, "The state does not allow this"),
    OUT_OF_RANGE(400, "The request is out of range"),
    UNAUTHENTICATED(401, "An admin token is needed"),
    PERMISSION_DENIED(403, "The admin token does not allow this"),
    NOT_FOUND(404, "Not found"),
    ABORTED(409, "The state does not allow this"),
    ALREADY_EXISTS(409, "It exists already"),
    /**
     * Not 429, because the caller did not call too often: Redis is full, and a retry is useless until there is room.
     */
    RESOURCE_EXHAUSTED(507, "There is no room for this"),
    CANCELLED(499, "The call was given up"),
    UNKNOWN(500, "A fault inside the control plane"),
    INTERNAL(500, "A fault inside the control plane"),
    DATA_LOSS(500, "What is stored is damaged"),
    UNIMPLEMENTED(501, "This control plane does not have this call"),
    UNAVAILABLE(503, "The control plane cannot do this now"),
    DEADLINE_EXCEEDED(504, "The call took too long"),

    METHOD_NOT_ALLOWED(405, "This path does not have this method"),
    REQUEST_TIMEOUT(408, "The request did not arrive in time"),
    CONTENT_TOO_LARGE(413, "The request is too large"),
    URI_TOO_LONG(414, "The request target is too long"),
    EXPECTATION_FAILED(417, "The expectation cannot be met"),
    REQUEST_HEADER_FIELDS_TOO_LARGE(431, "The header fields are too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is of a type that is not taken"),
    HTTP_ERROR(0, "HTTP error");

    private final int status;
    private final String title;

    ProblemKind(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    static ProblemKind of(Status.Code code) {
        return valueOf(code.name());
    }

    /** Returns the kind for an error of HTTP itself, or null if none has this status. */
    static @Nullable ProblemKind of(HttpStatus status) {
        return switch (status.code()) {
            // Several kinds have these two statuses.
            case 500 -> INTERNAL;
            case 400 -> INVALID_ARGUMENT;
            default ->
                Arrays.stream(values())
                        .filter(kind -> kind.status == status.code())
                        .findFirst()
                        .orElse(null);
        };
    }
}
