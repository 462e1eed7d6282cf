package dev.latchkey.control.api.gate;

import dev.latchkey.config.AdminToken;
import dev.latchkey.control.access.LiveTokens;
import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.record.Caller;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An interceptor that authenticates calls. A call must carry exactly one admin token, as
 * {@code authorization: Bearer <token>}; otherwise it is answered UNAUTHENTICATED and never started. A call with a
 * known token must then pass {@link AccessGate}.
 *
 * <p>This class is thread-safe.
 */
public final class AdminAuth implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +([!-~]{1,512})");
    private static final Context.Key<AdminToken> CALLER = Context.key("latchkey-caller");

    private final LiveTokens tokens;
    private final Refusals refusals;

    /** @param tokens asked at each call */
    public AdminAuth(LiveTokens tokens, MeterRegistry metrics) {
        this.tokens = tokens;
        this.refusals = new Refusals(metrics, System::nanoTime);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        AdminToken caller = callerOf(headers);
        if (caller == null) {
            refusals.note(
                    Refusals.Kind.TOKEN, "somebody", call.getMethodDescriptor().getFullMethodName(), "");
            call.close(
                    Status.UNAUTHENTICATED.withDescription(
                            "this call needs an admin token (expected: metadata authorization: Bearer <token>,"
                                    + " once, with a token whose hash is in the setting control.tokens)"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        ServerCall.Listener<Q> begun =
                Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
        return new AccessGate<>(call, begun, caller, refusals);
    }

    /** Returns who makes the present call. */
    public static Caller caller(String requestId) {
        return new Caller(token().name(), requestId);
    }

    /** Returns the workspaces that the caller of the present call may know of. */
    public static WorkspaceScope reach() {
        return WorkspaceScope.of(token());
    }

    /** Returns the token of the present call. */
    public static AdminToken token() {
        AdminToken caller = CALLER.get();
        if (caller == null) {
            throw new IllegalStateException("a call that was not authenticated");
        }
        return caller;
    }

    private @Nullable AdminToken callerOf(Metadata headers) {
        Iterable<String> values = headers.getAll(AUTHORIZATION);
        String token = null;
        if (values != null) {
            int count = 0;
            for (String value : values) {
                Matcher bearer = BEARER.matcher(value);
                token = bearer.matches() && ++count == 1 ? bearer.group(1) : null;
                if (token == null) {
                    return null;
                }
            }
        }
        return token == null ? null : tokens.find(token).orElse(null);
    }
}
