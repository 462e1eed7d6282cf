package dev.latchkey.decision;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was allowed or denied: a closed list, for operators (metrics, access log), finer than what callers are told.
 */
public enum Reason {
    /** The key is good for this request. */
    OK(null),
    /** The rule asks for no key. */
    PUBLIC(null),
    /** A CORS preflight, which cannot carry a key. */
    PREFLIGHT(null),
    NO_CREDENTIAL(Denial.INVALID_KEY),
    MALFORMED_CREDENTIAL(Denial.INVALID_KEY),
    BAD_CHECKSUM(Denial.INVALID_KEY),
    UNKNOWN_KEY(Denial.INVALID_KEY),
    REVOKED_KEY(Denial.INVALID_KEY),
    EXPIRED_KEY(Denial.EXPIRED_KEY),
    WRONG_ENVIRONMENT(Denial.INSUFFICIENT_SCOPE),
    WORKSPACE_INACTIVE(Denial.TENANT_INACTIVE),
    WORKSPACE_MISSING(Denial.TENANT_INACTIVE),
    SCOPE_MISSING(Denial.INSUFFICIENT_SCOPE),
    NO_RULE(Denial.INSUFFICIENT_SCOPE),
    PATH_NOT_CANONICAL(Denial.INVALID_REQUEST),
    METHOD_NOT_CANONICAL(Denial.INVALID_REQUEST),
    STORE_UNAVAILABLE(Denial.UNAVAILABLE),
    STORE_TIMEOUT(Denial.UNAVAILABLE),
    BAD_RECORD(Denial.UNAVAILABLE),
    BAD_ROUTE_CONFIG(Denial.UNAVAILABLE),
    OVERLOADED(Denial.UNAVAILABLE),
    INTERNAL(Denial.UNAVAILABLE);

    private final @Nullable Denial denial;
    private final String text = name().toLowerCase(Locale.ROOT);

    Reason(@Nullable Denial denial) {
        this.denial = denial;
    }

    /** Returns the spelling in metrics and metadata: {@code revoked_key}. */
    public String text() {
        return text;
    }

    /** Returns what the caller is told, or null if this is a reason to allow. */
    public @Nullable Denial denial() {
        return denial;
    }

    /** Returns the public code: {@code OK} or {@code AUTH_*}. */
    public String code() {
        return denial == null ? "OK" : denial.code();
    }
}
