package dev.latchkey.control.api.gate;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.latchkey.config.AdminToken;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.MessageText;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A listener that authorizes one call, by gRPC or by REST. It passes the request on if the role of the caller permits
 * the method and the request is within the workspace of the caller; operators may see all workspaces. Otherwise it
 * answers PERMISSION_DENIED before anything stored is read, so that the answer reveals nothing about what exists. The
 * workspace {@code -}, which means any, is replaced by the caller's own: the service then finds no keys of others.
 *
 * <p>This class is not thread-safe: gRPC calls a listener with one event after the other.
 */
final class AccessGate<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final AdminToken caller;
    private final CallRule rule;
    private final Refusals refusals;
    private boolean refused;

    AccessGate(ServerCall<Q, ?> call, ServerCall.Listener<Q> begun, AdminToken caller, Refusals refusals) {
        super(begun);
        this.call = call;
        this.caller = caller;
        this.rule = CallRule.of(call.getMethodDescriptor());
        this.refusals = refusals;
    }

    @Override
    public void onMessage(Q request) {
        Q judged = refused ? null : judge(request);
        if (judged != null) {
            super.onMessage(judged);
        }
    }

    @Override
    public void onHalfClose() {
        if (!refused) {
            super.onHalfClose();
        }
    }

    /** Returns the request to pass on, or null after the call was refused. */
    private @Nullable Q judge(Q request) {
        String workspace = rule.workspace()
                .map(field -> String.valueOf(((Message) request).getField(field)))
                .orElse("");
        if (!rule.permits(caller.role())) {
            return refuse(
                    Refusals.Kind.ROLE,
                    workspace,
                    "the role " + caller.role().text() + " of your token does not permit this call (expected: "
                            + rule.expected() + ")");
        }
        String own = caller.workspace();
        if (caller.role() == AdminToken.Role.OPERATOR
                || workspace.equals(own)
                || (rule.workspace().isEmpty() && rule.bounded())) {
            return request;
        }
        if (workspace.equals(KeyName.ANY_WORKSPACE)) {
            return withWorkspace(request, rule.workspace().orElseThrow(), own);
        }
        return refuse(
                Refusals.Kind.WORKSPACE,
                workspace,
                "your token is for the workspace " + own + " and no other (expected: " + own
                        + ", or - for the same; given: " + MessageText.quoted(workspace) + ")");
    }

    private @Nullable Q refuse(Refusals.Kind kind, String workspace, String why) {
        refused = true;
        refusals.note(kind, caller.toString(), call.getMethodDescriptor().getFullMethodName(), workspace);
        call.close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
        return null;
    }

    @SuppressWarnings("unchecked") // a builder builds the type that it came from
    private static <Q> Q withWorkspace(Q request, FieldDescriptor field, String workspace) {
        return (Q) ((Message) request).toBuilder().setField(field, workspace).build();
    }
}
