package dev.latchkey.control.api.rest.problem;

import com.linecorp.armeria.common.HttpStatus;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violation;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;

/**
 * The reason why a call was not executed.
 *
 * @param code the code in upper case, with which {@code type} ends
 * @param violations every wrong field; may be empty
 */
public record Problem(int status, String code, String title, String detail, List<Violation> violations) {

    public static Problem of(ProblemKind kind, String detail) {
        return new Problem(kind.status(), kind.name(), kind.title(), detail, List.of());
    }

    public static Problem of(List<Violation> violations) {
        ProblemKind kind = ProblemKind.INVALID_ARGUMENT;
        String detail = violations.size() == 1 ? "One value is wrong." : violations.size() + " values are wrong.";
        return new Problem(kind.status(), kind.name(), kind.title(), detail, violations);
    }

    /** Returns the problem for a gRPC status. If the status names wrong fields, its cause has them all. */
    public static Problem of(Status status) {
        if (status.getCause() instanceof RefusedException refused
                && !refused.violations().isEmpty()) {
            return of(refused.violations());
        }
        String description = status.getDescription();
        return of(
                ProblemKind.of(status.getCode()),
                description == null || description.isEmpty() ? "no more is known" : description);
    }

    /** Returns the problem for an error of HTTP itself. */
    public static Problem of(HttpStatus status) {
        ProblemKind kind = ProblemKind.of(status);
        if (kind != null) {
            return of(kind, detail(status));
        }
        String phrase = status.reasonPhrase();
        String code = phrase.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
        return new Problem(status.code(), code, phrase, detail(status), List.of());
    }

    /** Describes an error of HTTP itself. The server does not tell which byte was wrong. */
    private static String detail(HttpStatus status) {
        return switch (status.code()) {
            case 400 -> "the request is no HTTP (RFC 9112): its request line, its path or a header field is malformed";
            case 404 -> "there is nothing at this path; GET /openapi.json describes all there is";
            case 405 -> "no path has this method";
            case 408 -> "the rest of the request did not come; repeat the call";
            case 413 -> "the body is longer than this call takes; send less at once";
            case 414 -> "the request line is longer than 4096 bytes";
            case 417 -> "Expect: anything but 100-continue (expected: 100-continue, or no such header field)";
            case 431 -> "the header fields are longer than 8192 bytes";
            case 503 -> "the control plane is stopping, or has no thread for this call; repeat it";
            default -> "HTTP status " + status.code() + " (RFC 9110)";
        };
    }
}
