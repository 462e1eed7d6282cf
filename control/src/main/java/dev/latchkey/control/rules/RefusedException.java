package dev.latchkey.control.rules;

import java.util.List;

/**
 * The error of a call that was not executed, or might not have been, with its reason. It is an expected response, so it
 * has no stack trace. The message is meant for the caller, says what to do, and contains no secret.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The reason for the error. */
    public enum Kind {
        /**
         * The request is invalid whatever is stored, or asks for more than the key in question has; {@link
         * #violations()} lists the invalid fields.
         */
        INVALID,
        /** There is no such key or workspace. */
        NOT_FOUND,
        /** The id is already taken. */
        ALREADY_EXISTS,
        /** The stored state does not allow the operation. */
        CONFLICT,
        /** Redis is at its memory limit. */
        FULL,
        /** The operation cannot be completed now; the message says whether it will still take effect. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final transient List<Violation> violations;

    public RefusedException(Kind kind, String message) {
        this(kind, message, List.of());
    }

    public RefusedException(Kind kind, String message, List<Violation> violations) {
        super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.kind = kind;
        this.violations = List.copyOf(violations);
    }

    public Kind kind() {
        return kind;
    }

    /** Returns every invalid field; empty unless the kind is {@code INVALID}. */
    public List<Violation> violations() {
        return violations;
    }
}
