package dev.latchkey.control.api.rest;

import com.linecorp.armeria.common.HttpStatus;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violation;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;

/**
 * Why a call was not done.
 *
 * @param code in upper case, what {@code type} ends in
 * @param violations every wrong field; may be empty
 */
record Problem(int status, String code, String title, String detail, List<Violation> violations) {

    static Problem of(ProblemKind kind, String detail) {
        return new Problem(kind.status(), kind.name(), kind.title(), detail, List.of());
    }

    static Problem of(List<Violation> violations) {
        ProblemKind kind = ProblemKind.INVALID_ARGUMENT;
        String detail = violations.size() == 1 ? "One value is wrong." : violations.size() + " values are wrong.";
        return new Problem(kind.status(), kind.name(), kind.title(), detail, violations);
    }

    /** Returns what a gRPC status says; a status that names wrong fields has them as its cause. */
    static Problem of(Status status) {
        if (status.getCause() instanceof RefusedException refused
                && !refused.violations().isEmpty()) {
            return of(refused.violations());
        }
        String description = status.getDescription();
        return of(ProblemKind.of(status.getCode()), description == null ? "" : description);
    }

    /** Returns an error of HTTP itself. */
    static Problem of(HttpStatus status) {
        ProblemKind kind = ProblemKind.of(status);
        if (kind != null) {
            return of(kind, "");
        }
        String phrase = status.reasonPhrase();
        String code = phrase.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
        return new Problem(status.code(), code, phrase, "", List.of());
    }
}
