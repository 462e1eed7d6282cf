package dev.latchkey.decision;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a request was allowed or denied. The list is closed. It is for operators (metrics, access log) and
 * more detailed than what callers are told.
 */
public enum Reason {
    /** The key permits this request. */
    OK(null),
    /** The rule requires no key. */
    PUBLIC(null),
    /** The request is a CORS preflight, which cannot carry a key. */
    PREFLIGHT(null),
    NO_CREDENTIAL(Denial.INVALID_KEY),
    MALFORMED_CREDENTIAL(Denial.INVALID_KEY),
    BAD_CHECKSUM(Denial.INVALID_KEY),
    UNKNOWN_KEY(Denial.INVALID_KEY),
    /** The key was revoked, alone or together with all keys of its workspace. */
    REVOKED_KEY(Denial.INVALID_KEY),
    EXPIRED_KEY(Denial.EXPIRED_KEY),
    /** The Envoy route or the rule does not accept the environment of the key. */
    WRONG_ENVIRONMENT(Denial.INSUFFICIENT_SCOPE),
    WORKSPACE_INACTIVE(Denial.TENANT_INACTIVE),
    /** The index has no record of the workspace that owns the key. */
    WORKSPACE_MISSING(Denial.TENANT_INACTIVE),
    SCOPE_MISSING(Denial.INSUFFICIENT_SCOPE),
    /** The key is valid, but no rule of the policy matches the method and path. */
    NO_RULE(Denial.INSUFFICIENT_SCOPE),
    PATH_NOT_CANONICAL(Denial.INVALID_REQUEST),
    METHOD_NOT_CANONICAL(Denial.INVALID_REQUEST),
    STORE_UNAVAILABLE(Denial.UNAVAILABLE),
    STORE_TIMEOUT(Denial.UNAVAILABLE),
    /** A record in the index is malformed or contradicts the key. */
    BAD_RECORD(Denial.UNAVAILABLE),
    /** The Envoy route has an invalid {@code latchkey.} extension or names a policy that does not exist. */
    BAD_ROUTE_CONFIG(Denial.UNAVAILABLE),
    OVERLOADED(Denial.UNAVAILABLE),
    INTERNAL(Denial.UNAVAILABLE);

    private final @Nullable Denial denial;
    private final String text = name().toLowerCase(Locale.ROOT);

    Reason(@Nullable Denial denial) {
        this.denial = denial;
    }

    /** Returns the spelling in metrics and metadata, for example {@code revoked_key}. */
    public String text() {
        return text;
    }

    /** Returns what the caller is told, or null for a reason to allow. */
    public @Nullable Denial denial() {
        return denial;
    }

    /** Returns the public code: {@code OK} or {@code AUTH_*}. */
    public String code() {
        return denial == null ? "OK" : denial.code();
    }
}
