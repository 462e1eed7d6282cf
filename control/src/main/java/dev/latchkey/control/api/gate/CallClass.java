package dev.latchkey.control.api.gate;

import dev.latchkey.config.AdminToken;
import io.grpc.MethodDescriptor;
import java.util.Set;

/**
 * The urgency of a call, by the role of its caller and by its method. The number of calls in flight is bounded for
 * every class but {@link #OPERATOR_NARROWING}, and the thread pool is larger than the sum of these bounds. Therefore
 * calls that take access away get a thread whatever the other calls do.
 */
public enum CallClass {
    /** Calls of managers and readers that take no access away. */
    COMMON(20, 12),
    /** Calls of managers that take access away. */
    NARROWING(10, 4),
    /** Calls of operators that take no access away. */
    OPERATOR(40, Integer.MAX_VALUE),
    /** Calls of operators that take access away: never refused. */
    OPERATOR_NARROWING(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** The threads that remain for {@link #OPERATOR_NARROWING} when all other classes are at their bounds. */
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

    /** Returns the number of threads that a server needs, so that each class has its share. */
    public static int threads() {
        return COMMON.most + NARROWING.most + OPERATOR.most + RESERVED;
    }

    /** Returns the maximum number of calls of this class in flight. */
    public int most() {
        return most;
    }

    /** Returns the maximum number of calls of this class in flight with the same token. */
    public int mostPerToken() {
        return mostPerToken;
    }
}
