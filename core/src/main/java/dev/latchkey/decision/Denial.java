package dev.latchkey.decision;

/**
 * The public part of a denial, which the caller is told: the code, its HTTP status and title, and the status for gRPC
 * callers. The codes never change, because programs match on them.
 */
public enum Denial {
    INVALID_KEY("AUTH_INVALID_KEY", 401, 16, "API key is missing, malformed, or revoked"),
    EXPIRED_KEY("AUTH_EXPIRED_KEY", 401, 16, "API key has expired"),
    INSUFFICIENT_SCOPE("AUTH_INSUFFICIENT_SCOPE", 403, 7, "Key does not have the required scope for this endpoint"),
    TENANT_INACTIVE("AUTH_TENANT_INACTIVE", 403, 7, "Workspace subscription is not active"),
    INVALID_REQUEST("AUTH_INVALID_REQUEST", 400, 3, "Request path or method is not in canonical form"),
    UNAVAILABLE("AUTH_UNAVAILABLE", 503, 14, "Authorization is temporarily unavailable");

    private final String code;
    private final int httpStatus;
    private final int grpcStatus;
    private final String title;

    Denial(String code, int httpStatus, int grpcStatus, String title) {
        this.code = code;
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
        this.title = title;
    }

    public String code() {
        return code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Returns the number of the gRPC status code (grpc/doc/statuscodes.md). */
    public int grpcStatus() {
        return grpcStatus;
    }

    /** Returns the {@code title} of the problem document (RFC 9457 section 3.1.3). */
    public String title() {
        return title;
    }
}
