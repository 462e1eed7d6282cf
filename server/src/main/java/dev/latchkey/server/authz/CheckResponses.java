package dev.latchkey.server.authz;

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
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The writer of Envoy's CheckResponse, and the only class that builds a response. Only its {@code allow} methods build
 * an OK response, with {@link AllowByKey} if there is a key: Envoy treats every message with status code 0 as an allow,
 * an empty message included.
 *
 * <p>Faults are answered as denials with an explicit 503, since Envoy's {@code failure_mode_allow} lets errors pass.
 * Headers are set by {@code value} with OVERWRITE_IF_EXISTS_OR_ADD; {@code append} stays unset, because it would lose
 * or join them.
 *
 * <p>Denials that do not vary are built once. This class is immutable and thread-safe.
 */
final class CheckResponses {
    private static final String AUTHORIZATION = "authorization";

    private final IdentityHeaders identity;
    private final DecisionMetadata metadata = new DecisionMetadata();
    private final DenialTemplates templates;
    private final OkHttpResponse okBase;
    private final AllowByKey allowByKey;
    private final Map<Reason, DeniedHttpResponse> problems = new EnumMap<>(Reason.class);
    private final Map<Reason, DeniedHttpResponse> grpcProblems = new EnumMap<>(Reason.class);
    private final Map<Reason, String> problemStarts = new EnumMap<>(Reason.class);
    private final Map<Reason, WireResponse> constant = new EnumMap<>(Reason.class);

    CheckResponses(AnswerStyle style, IdentityHeaders identity) {
        this.identity = identity;
        this.templates = new DenialTemplates(style);
        this.okBase = OkHttpResponse.newBuilder()
                .addAllHeadersToRemove(style.overrides())
                .build();
        this.allowByKey = new AllowByKey(allow(okBase.toBuilder().addHeadersToRemove(AUTHORIZATION)), identity);
        for (Reason reason : Reason.values()) {
            if (reason.denial() != null && reason != Reason.SCOPE_MISSING) {
                prebuild(reason);
            }
        }
    }

    WireResponse of(Decision decision, IncomingCheck check) {
        return decision instanceof Decision.Allow allowed
                ? allow(allowed, check)
                : deny((Decision.Deny) decision, check);
    }

    /** Returns the response to a message that could not be decoded. */
    WireResponse unreadable() {
        return constant(Reason.INTERNAL);
    }

    /** Returns the response to a call that was shed before its message had arrived completely. */
    WireResponse overloaded() {
        return constant(Reason.OVERLOADED);
    }

    private WireResponse allow(Decision.Allow allowed, IncomingCheck check) {
        KeyRecord key = allowed.key();
        if (key != null) {
            byte[] more = removal(check.otherSpellings());
            return new WireResponse(allowByKey.write(key, more, metadata.of(allowed)));
        }
        OkHttpResponse.Builder ok = okBase.toBuilder()
                .addAllHeadersToRemove(check.otherSpellings())
                .addAllHeadersToRemove(identity.names());
        if (check.mentionsKey()) {
            ok.addHeadersToRemove(AUTHORIZATION);
        }
        return wire(allow(ok), allowed);
    }

    private static CheckResponse allow(OkHttpResponse.Builder ok) {
        return CheckResponse.newBuilder()
                .setStatus(Status.getDefaultInstance())
                .setOkResponse(ok)
                .build();
    }

    private static byte[] removal(List<String> headers) {
        return headers.isEmpty()
                ? TextField.NOTHING
                : OkHttpResponse.newBuilder()
                        .addAllHeadersToRemove(headers)
                        .build()
                        .toByteArray();
    }

    private WireResponse wire(CheckResponse response, Decision decision) {
        byte[] more = metadata.of(decision);
        byte[] message = Arrays.copyOf(response.toByteArray(), response.getSerializedSize() + more.length);
        System.arraycopy(more, 0, message, message.length - more.length, more.length);
        return new WireResponse(message);
    }

    private WireResponse deny(Decision.Deny denied, IncomingCheck check) {
        String requestId = check.requestId().shown();
        boolean varies = requestId != null || denied.route() != null || denied.key() != null || check.grpc();
        if (!varies) {
            return constant(denied.reason());
        }
        return wire(deny(denied, check.grpc() ? grpcProblem(denied) : problem(denied, requestId)), denied);
    }

    private static CheckResponse deny(Decision.Deny denied, DeniedHttpResponse response) {
        return CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(denied.denial().grpcStatus()))
                .setDeniedResponse(response)
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

    private WireResponse constant(Reason reason) {
        WireResponse ready = constant.get(reason);
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
        DeniedHttpResponse whole =
                problem.toBuilder().setBody(start + DenialTemplates.end(null)).build();
        constant.put(reason, wire(deny(denied, whole), denied));
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

    private static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .build();
    }
}
