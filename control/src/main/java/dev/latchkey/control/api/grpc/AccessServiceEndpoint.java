package dev.latchkey.control.api.grpc;

import dev.latchkey.config.AdminToken;
import dev.latchkey.control.api.gate.AdminAuth;
import dev.latchkey.v1.AccessServiceGrpc;
import dev.latchkey.v1.GetCallerRequest;
import dev.latchkey.v1.GetCallerResponse;
import dev.latchkey.v1.Role;
import io.grpc.stub.StreamObserver;

/**
 * The endpoint of {@code latchkey.v1.AccessService}, which tells callers what they may do. This class is thread-safe.
 */
public final class AccessServiceEndpoint extends AccessServiceGrpc.AccessServiceImplBase {

    @Override
    public void getCaller(GetCallerRequest request, StreamObserver<GetCallerResponse> call) {
        ErrorMapping.answer(call, () -> {
            AdminToken caller = AdminAuth.token();
            return GetCallerResponse.newBuilder()
                    .setName(caller.name())
                    .setRole(role(caller.role()))
                    .setWorkspace(caller.workspace())
                    .build();
        });
    }

    private static Role role(AdminToken.Role role) {
        return switch (role) {
            case OPERATOR -> Role.OPERATOR;
            case MANAGER -> Role.MANAGER;
            case READER -> Role.READER;
        };
    }
}
