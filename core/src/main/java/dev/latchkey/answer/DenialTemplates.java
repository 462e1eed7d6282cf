package dev.latchkey.answer;

import dev.latchkey.decision.Denial;
import dev.latchkey.decision.Reason;
import dev.latchkey.policy.Requirement;
import dev.latchkey.policy.Route;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of denials: headers, including the challenge (RFC 6750 section 3), and the problem document (RFC 9457).
 * All inserted values are visible ASCII without quote and backslash, so nothing needs escaping.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class DenialTemplates {
    /** The media type of problem documents. */
    public static final String CONTENT_TYPE = "application/problem+json";

    private final AnswerStyle style;

    public DenialTemplates(AnswerStyle style) {
        this.style = style;
    }

    /** Returns the headers of a denial, except its {@code Content-Type}. */
    public List<HttpHeader> headers(Reason reason, @Nullable Route route) {
        List<HttpHeader> headers = new ArrayList<>(1);
        String challenge = challenge(reason, route);
        if (challenge != null) {
            headers.add(new HttpHeader("www-authenticate", challenge));
        }
        if (denial(reason) == Denial.UNAVAILABLE) {
            headers.add(new HttpHeader("retry-after", "1"));
        }
        return headers;
    }

    /** Returns the {@code WWW-Authenticate} value of a denial, or null if a challenge would not help the caller. */
    private @Nullable String challenge(Reason reason, @Nullable Route route) {
        String realm = "Bearer realm=\"" + style.realm() + "\"";
        return switch (reason) {
            case NO_CREDENTIAL -> realm;
            case MALFORMED_CREDENTIAL, BAD_CHECKSUM, UNKNOWN_KEY, REVOKED_KEY, EXPIRED_KEY ->
                realm + ", error=\"invalid_token\"";
            case NO_RULE, WRONG_ENVIRONMENT -> realm + ", error=\"insufficient_scope\"";
            case SCOPE_MISSING ->
                realm + ", error=\"insufficient_scope\", scope=\""
                        + requirement(route).scopeText() + "\"";
            default -> null;
        };
    }

    /**
     * Returns the problem document without its optional last member and its closing brace, which {@link #end} returns.
     */
    public String problemStart(Reason reason, @Nullable Route route) {
        Denial denial = denial(reason);
        return "{\"type\":\"" + style.errorsBase() + denial.code()
                + "\",\"title\":\"" + denial.title()
                + "\",\"status\":" + denial.httpStatus()
                + ",\"code\":\"" + denial.code()
                + "\",\"detail\":\"" + detail(reason, route) + "\"";
    }

    /** Returns the end of the problem document: the request id, if there is one, and the closing brace. */
    public static String end(@Nullable String requestId) {
        return requestId == null ? "}" : ",\"request_id\":\"" + requestId + "\"}";
    }

    /** Returns the text from which Envoy builds the {@code grpc-message}. */
    public static String grpcMessage(Reason reason) {
        return denial(reason).code() + ": " + denial(reason).title();
    }

    private static String detail(Reason reason, @Nullable Route route) {
        return switch (reason) {
            case NO_CREDENTIAL -> "Send the API key in the header Authorization: Bearer <key>.";
            case MALFORMED_CREDENTIAL ->
                "The Authorization header must hold exactly one API key: Authorization: Bearer <key>.";
            case BAD_CHECKSUM -> "The API key is not complete or holds a typing error; copy it again.";
            // Both have the same text: a caller with an invalid secret must not learn that it was valid once.
            case UNKNOWN_KEY, REVOKED_KEY -> "The API key is not valid.";
            case EXPIRED_KEY -> "The API key is past its end; create a new one.";
            case SCOPE_MISSING -> "This endpoint requires " + scopes(requirement(route)) + ".";
            case WRONG_ENVIRONMENT -> "The API key belongs to an environment that this endpoint does not serve.";
            case NO_RULE -> "No API key gives access to this method and path.";
            case WORKSPACE_INACTIVE, WORKSPACE_MISSING -> "The workspace of this API key is not active.";
            case PATH_NOT_CANONICAL ->
                "Send the path in its one plain form: no empty or dot segments, no needless"
                        + " escapes, no escaped separators.";
            case METHOD_NOT_CANONICAL -> "Send the method in upper-case letters.";
            default -> "The request could not be checked; try again in a moment.";
        };
    }

    private static String scopes(Requirement requirement) {
        if (requirement.scopes().size() == 1) {
            return "the scope " + requirement.scopeText();
        }
        String all = String.join(", ", requirement.scopes());
        return (requirement.kind() == Requirement.Kind.ANY_OF ? "one of the scopes " : "all of the scopes ") + all;
    }

    private static Requirement requirement(@Nullable Route route) {
        if (route == null) {
            throw new IllegalArgumentException("a missing scope without a rule");
        }
        return route.requirement();
    }

    private static Denial denial(Reason reason) {
        Denial denial = reason.denial();
        if (denial == null) {
            throw new IllegalArgumentException("reason: " + reason + " (expected: a reason to deny)");
        }
        return denial;
    }
}
