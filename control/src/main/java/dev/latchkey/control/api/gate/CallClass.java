package dev.latchkey.control.api.gate;

import dev.latchkey.config.AdminToken;
import io.grpc.MethodDescriptor;
import java.util.Set;

/**
 * How urgent a call is, by who makes it and by what it does. Each class has threads of its own number that no other class can
 * take, so that calls which take access away go through whatever all others do.
 */
public enum CallClass {
    /** What managers and readers ask for, and what gives access. */
    COMMON(20, 12),
    /** A manager takes access away. */
    NARROWING(10, 4),
    /** What an operator does besides. */
    OPERATOR(40, Integer.MAX_VALUE),
    /** An operator takes access away: never refused. */
    OPERATOR_NARROWING(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** The threads that are left when the others have all that they may. */
    private static final int RESERVED = 6;

    private static final Set<String> NARROWING_METHODS = Set.of(
            "latchkey.v1.KeyService/RevokeKey",
            "latchkey.v1.KeyService/RevokeLeakedKey",
            "latchkey.v1.KeyService/RevokeAllKeys",
            "latchkey.v1.KeyService/UpdateKey",
            "latchkey.v1.WorkspaceService/DeactivateWorkspace");

    private final int most;
    private final int mostPerToken;

    CallClass(int most, int mostPerToken) {
        this.most = most;
        this.mostPerToken = mostPerToken;
    }

    public static CallClass of(MethodDescriptor<?, ?> method, AdminToken.Role role) {
        boolean narrows = NARROWING_METHODS.contains(method.getFullMethodName());
        if (role == AdminToken.Role.OPERATOR) {
            return narrows ? OPERATOR_NARROWING : OPERATOR;
        }
        return narrows ? NARROWING : COMMON;
    }

    /** Returns how many threads a server needs, so that all classes have theirs. */
    public static int threads() {
        return COMMON.most + NARROWING.most + OPERATOR.most + RESERVED;
    }

    /** Returns how many calls of this class can be under way at once. */
    public int most() {
        return most;
    }

    /** Returns how many calls of this class can be under way at once with one token. */
    public int mostPerToken() {
        return mostPerToken;
    }
}
