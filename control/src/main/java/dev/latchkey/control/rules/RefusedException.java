package dev.latchkey.control.rules;

import java.util.List;

/**
 * A call that is not done, or not known to be done, and why: an expected answer, so it carries no stack trace. The message says
 * what to do, is meant for the caller, and holds no secret.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /**
         * The request is wrong, whatever is stored, or asks for more than the key that it is about has; {@link #violations()}
         * says where.
         */
        INVALID,
        /** There is no such key or workspace. */
        NOT_FOUND,
        /** The id is taken. */
        ALREADY_EXISTS,
        /** What is stored does not allow it. */
        CONFLICT,
        /** Redis is full. */
        FULL,
        /** Not now; the message says whether it will be done all the same. */
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

    /** Returns every wrong field; empty unless {@code INVALID}. */
    public List<Violation> violations() {
        return violations;
    }
}
