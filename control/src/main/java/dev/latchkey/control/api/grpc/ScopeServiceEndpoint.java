package dev.latchkey.control.api.grpc;

import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import dev.latchkey.v1.ListScopesRequest;
import dev.latchkey.v1.ListScopesResponse;
import dev.latchkey.v1.Scope;
import dev.latchkey.v1.ScopeServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/**
 * The endpoint of {@code latchkey.v1.ScopeService}. Its response is built once, at construction.
 *
 * <p>This class is thread-safe.
 */
public final class ScopeServiceEndpoint extends ScopeServiceGrpc.ScopeServiceImplBase {
    private final ListScopesResponse catalogue;

    /**
     * @param policy the policy whose scopes are listed, in its order
     * @param apiUrl the URL at which clients reach the API; empty if unknown
     */
    public ScopeServiceEndpoint(Policy policy, Optional<String> apiUrl) {
        ListScopesResponse.Builder response = ListScopesResponse.newBuilder().setApiUrl(apiUrl.orElse(""));
        policy.scopes()
                .forEach((name, description) -> response.addScopes(Scope.newBuilder()
                        .setName(name)
                        .setDescription(description)
                        .setExample(example(policy, name))));
        this.catalogue = response.build();
    }

    /**
     * Returns the rule that suits best for trying out a key with {@code scope}: preferably a GET, without variables,
     * and short. Returns an empty string if no rule suits.
     */
    private static String example(Policy policy, String scope) {
        return policy.routes().stream()
                .filter(route -> !route.isPublic() && route.requirement().satisfiedBy(Set.of(scope)))
                .map(Route::rule)
                // False sorts before true.
                .min(Comparator.comparing((String rule) -> !rule.startsWith("GET "))
                        .thenComparing(rule -> rule.contains("{") || rule.contains("*"))
                        .thenComparing(String::length)
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    @Override
    public void listScopes(ListScopesRequest request, StreamObserver<ListScopesResponse> call) {
        ErrorMapping.answer(call, () -> catalogue);
    }
}
