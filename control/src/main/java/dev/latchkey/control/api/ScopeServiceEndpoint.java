package dev.latchkey.control.api;

import dev.latchkey.v1.ListScopesRequest;
import dev.latchkey.v1.ListScopesResponse;
import dev.latchkey.v1.Scope;
import dev.latchkey.v1.ScopeServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** {@code latchkey.v1.ScopeService}. Its one answer is always the same. Thread-safe. */
public final class ScopeServiceEndpoint extends ScopeServiceGrpc.ScopeServiceImplBase {
    private final ListScopesResponse catalogue;

    /** @param scopes each scope and its description, in the order in which to show them */
    public ScopeServiceEndpoint(Map<String, String> scopes) {
        ListScopesResponse.Builder response = ListScopesResponse.newBuilder();
        scopes.forEach((name, description) ->
                response.addScopes(Scope.newBuilder().setName(name).setDescription(description)));
        this.catalogue = response.build();
    }

    @Override
    public void listScopes(ListScopesRequest request, StreamObserver<ListScopesResponse> call) {
        ErrorMapping.answer(call, () -> catalogue);
    }
}
