package dev.latchkey.server.authz;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.answer.DenialTemplates;
import dev.latchkey.answer.HttpHeader;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Denial;
import dev.latchkey.decision.Reason;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Route;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes Envoy's CheckResponse. The only class that builds one, and {@link #allow} the only method that builds an OK one: to
 * Envoy every message with status code 0 is an allow, an empty one too.
 *
 * <p>Faults are answered as denials with an explicit 503, since Envoy's {@code failure_mode_allow} lets errors pass. Headers
 * are set by {@code value} with OVERWRITE_IF_EXISTS_OR_ADD; {@code append} stays unset, it would lose or join them.
 *
 * <p>This class is immutable and thread-safe. Denials that do not vary are built once.
 */
final class CheckResponses {
    /** What some frameworks take for the real method or path. */
    private static final List<String> OVERRIDES =
            List.of("x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url");

    private final IdentityHeaders identity;
    private final DenialTemplates templates;
    private final OkHttpResponse okBase;
    private final Map<Reason, DeniedHttpResponse> problems = new EnumMap<>(Reason.class);
    private final Map<Reason, DeniedHttpResponse> grpcProblems = new EnumMap<>(Reason.class);
    private final Map<Reason, String> problemStarts = new EnumMap<>(Reason.class);
    private final Map<Reason, CheckResponse> constant = new EnumMap<>(Reason.class);

    CheckResponses(AnswerStyle style, IdentityHeaders identity) {
        this.identity = identity;
        this.templates = new DenialTemplates(style);
        OkHttpResponse.Builder ok = OkHttpResponse.newBuilder();
        if (style.removeOverrides()) {
            ok.addAllHeadersToRemove(OVERRIDES);
        }
        this.okBase = ok.build();
        for (Reason reason : Reason.values()) {
            if (reason.denial() != null && reason != Reason.SCOPE_MISSING) {
                prebuild(reason);
            }
        }
    }

    CheckResponse of(Decision decision, IncomingCheck check) {
        return decision instanceof Decision.Allow allowed
                ? allow(allowed, check)
                : deny((Decision.Deny) decision, check);
    }

    /** Returns the answer to a message that could not even be read. */
    CheckResponse unreadable() {
        return constant(Reason.INTERNAL);
    }

    private CheckResponse allow(Decision.Allow allowed, IncomingCheck check) {
        OkHttpResponse.Builder ok = okBase.toBuilder().addAllHeadersToRemove(check.otherSpellings());
        KeyRecord key = allowed.key();
        if (key == null) {
            ok.addAllHeadersToRemove(identity.names());
            if (check.mentionsKey()) {
                ok.addHeadersToRemove("authorization");
            }
        } else {
            ok.addHeadersToRemove("authorization");
            identity.forEach(key, (name, value) -> ok.addHeaders(header(name, value)));
        }
        return CheckResponse.newBuilder()
                .setStatus(Status.getDefaultInstance())
                .setOkResponse(ok)
                .setDynamicMetadata(metadata(allowed))
                .build();
    }

    private CheckResponse deny(Decision.Deny denied, IncomingCheck check) {
        boolean varies = check.requestId() != null || denied.route() != null || denied.key() != null || check.grpc();
        if (!varies) {
            return constant(denied.reason());
        }
        return CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(denied.denial().grpcStatus()))
                .setDeniedResponse(check.grpc() ? grpcProblem(denied) : problem(denied, check.requestId()))
                .setDynamicMetadata(metadata(denied))
                .build();
    }

    private DeniedHttpResponse problem(Decision.Deny denied, @Nullable String requestId) {
        Reason reason = denied.reason();
        DeniedHttpResponse ready = problems.get(reason);
        String start = problemStarts.get(reason);
        if (ready == null || start == null) {
            ready = problemHeaders(reason, denied.route());
            start = templates.problemStart(reason, denied.route());
        }
        return ready.toBuilder().setBody(start + DenialTemplates.end(requestId)).build();
    }

    private DeniedHttpResponse grpcProblem(Decision.Deny denied) {
        DeniedHttpResponse ready = grpcProblems.get(denied.reason());
        return ready == null ? grpcProblem(denied.reason(), denied.route()) : ready;
    }

    private CheckResponse constant(Reason reason) {
        CheckResponse ready = constant.get(reason);
        if (ready == null) {
            throw new IllegalArgumentException("reason: " + reason + " (expected: one whose answer does not vary)");
        }
        return ready;
    }

    private void prebuild(Reason reason) {
        String start = templates.problemStart(reason, null);
        DeniedHttpResponse problem = problemHeaders(reason, null);
        problemStarts.put(reason, start);
        problems.put(reason, problem);
        grpcProblems.put(reason, grpcProblem(reason, null));
        Decision.Deny denied = Decision.Deny.of(reason);
        constant.put(
                reason,
                CheckResponse.newBuilder()
                        .setStatus(Status.newBuilder().setCode(denied.denial().grpcStatus()))
                        .setDeniedResponse(problem.toBuilder().setBody(start + DenialTemplates.end(null)))
                        .setDynamicMetadata(metadata(denied))
                        .build());
    }

    private DeniedHttpResponse problemHeaders(Reason reason, @Nullable Route route) {
        return denied(reason, route)
                .addHeaders(header("content-type", DenialTemplates.CONTENT_TYPE))
                .build();
    }

    private DeniedHttpResponse grpcProblem(Reason reason, @Nullable Route route) {
        return denied(reason, route)
                .addHeaders(header(
                        "grpc-status",
                        Integer.toString(Decision.Deny.of(reason).denial().grpcStatus())))
                .setBody(DenialTemplates.grpcMessage(reason))
                .build();
    }

    private DeniedHttpResponse.Builder denied(Reason reason, @Nullable Route route) {
        Denial denial = Decision.Deny.of(reason).denial();
        DeniedHttpResponse.Builder denied = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCodeValue(denial.httpStatus()));
        for (HttpHeader header : templates.headers(reason, route)) {
            denied.addHeaders(header(header.name(), header.value()));
        }
        return denied;
    }

    /** What Envoy can log of every answer; the reference configuration tells our 503 from Envoy's own by {@code code}. */
    private static Struct metadata(Decision decision) {
        Reason reason = decision.reason();
        Struct.Builder metadata =
                Struct.newBuilder().putFields("code", text(reason.code())).putFields("reason", text(reason.text()));
        KeyRecord key = decision.key();
        if (key != null) {
            metadata.putFields("key_id", text(key.id()))
                    .putFields("workspace", text(key.workspace()))
                    .putFields("environment", text(key.environment().text()));
        }
        Route route = decision.route();
        if (route != null) {
            metadata.putFields("rule", text(route.rule()));
        }
        return metadata.build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .build();
    }
}
