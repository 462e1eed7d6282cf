package dev.latchkey.e2e.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.e2e.soak.History.Begun;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import dev.latchkey.e2e.soak.SoakKeys.Named;
import dev.latchkey.e2e.soak.SoakWorld.Endpoint;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Somebody who asks about one key after the other: Envoy by a request, or a sidecar as Envoy does. */
final class SoakClient implements Runnable {
    private static final int SECONDS = 10;
    private static final Set<Integer> DENIALS = Set.of(401, 403);
    private static final Set<Code> NO_ANSWER = Set.of(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED);

    private final SoakWorld world;
    private final @Nullable Endpoint endpoint;
    private final History history;
    private final SoakKeys keys;
    private final Random random;

    /** @param endpoint who is asked; null is Envoy */
    SoakClient(SoakWorld world, @Nullable Endpoint endpoint, History history, SoakKeys keys, long seed) {
        this.world = world;
        this.endpoint = endpoint;
        this.history = history;
        this.keys = keys;
        this.random = new Random(seed);
    }

    @Override
    public void run() {
        Named key = keys.any(random);
        Begun begun = history.begin(Kind.CHECK, key.id(), endpoint == null ? "envoy" : endpoint.name);
        if (endpoint == null) {
            askEnvoy(begun, key);
        } else {
            askSidecar(begun, key, endpoint);
        }
    }

    private void askEnvoy(Begun begun, Named key) {
        RawHttp.Response response;
        try {
            response = RawHttp.send(
                    world.envoy.port(),
                    "GET /v1/cases HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer " + key.secret()
                            + "\r\n\r\n");
        } catch (AssertionError e) {
            begun.end(Outcome.INFO, String.valueOf(e.getCause()));
            return;
        }
        if (response.status() == 200) {
            begun.end(Outcome.ALLOWED, "200");
            return;
        }
        boolean problem = "application/problem+json".equals(response.header("content-type"));
        JsonNode body = problem ? World.json(response.body()) : null;
        String code = body == null ? "no problem document" : body.path("code").asText();
        begun.end(outcome(response.status(), code, body), response.status() + " " + code);
    }

    private static Outcome outcome(int status, String code, @Nullable JsonNode body) {
        if (DENIALS.contains(status) && code.startsWith("AUTH_")) {
            return Outcome.DENIED;
        }
        if (status == 503 && code.equals("AUTH_UNAVAILABLE") && body != null) {
            // Only Latchkey's own knows the request's id: what Envoy says when it cannot ask does not.
            return body.has("request_id") ? Outcome.UNAVAILABLE : Outcome.INFO;
        }
        return status == 0 ? Outcome.INFO : Outcome.WRONG;
    }

    private static void askSidecar(Begun begun, Named key, Endpoint endpoint) {
        CheckResponse response;
        try {
            response = AuthorizationGrpc.newBlockingStub(endpoint.channel)
                    .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                    .check(Checks.withKey(key.secret()));
        } catch (StatusRuntimeException e) {
            Code code = e.getStatus().getCode();
            begun.end(NO_ANSWER.contains(code) ? Outcome.INFO : Outcome.WRONG, String.valueOf(e.getMessage()));
            return;
        }
        String reason = response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
        if (response.getStatus().getCode() == 0) {
            begun.end(response.hasOkResponse() ? Outcome.ALLOWED : Outcome.WRONG, reason);
            return;
        }
        int status = response.getDeniedResponse().getStatus().getCodeValue();
        Outcome outcome = DENIALS.contains(status) ? Outcome.DENIED : Outcome.UNAVAILABLE;
        begun.end(outcome == Outcome.DENIED || status == 503 ? outcome : Outcome.WRONG, status + " " + reason);
    }
}
