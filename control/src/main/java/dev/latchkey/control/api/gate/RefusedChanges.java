package dev.latchkey.control.api.gate;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.v1.Access;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each change that was asked for and not made, as one line: which, of what, by whom, and the kind of refusal. The audit
 * trail has those that were made. Holds nothing of a request but the ids that it names; those who may not make a call at all
 * are {@link Refusals}' business. Stands behind {@link AdminAuth}; logs no more than its {@link LogShare}. Thread-safe.
 */
public final class RefusedChanges implements ServerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(RefusedChanges.class);
    private static final List<String> NAMES = List.of("workspace", "id");

    private final LogShare share = new LogShare(System::nanoTime);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!isChange(call.getMethodDescriptor())) {
            return next.startCall(call, headers);
        }
        Watched<Q, A> watched = new Watched<>(call, AdminAuth.caller("").name());
        return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
            @Override
            public void onMessage(Q request) {
                watched.asked = true;
                watched.about = about((Message) request);
                super.onMessage(request);
            }

            @Override
            public void onCancel() {
                watched.givenUp();
                super.onCancel();
            }
        };
    }

    private static boolean isChange(MethodDescriptor<?, ?> method) {
        Access access = CallRule.of(method).access();
        return access == Access.MANAGE || access == Access.OPERATE;
    }

    private static String about(Message request) {
        StringBuilder about = new StringBuilder();
        for (String name : NAMES) {
            FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
            if (field != null && request.getField(field) instanceof String value && !value.isEmpty()) {
                about.append(' ').append(name).append(' ').append(MessageText.quoted(value));
            }
        }
        return about.toString();
    }

    private final class Watched<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final String caller;
        private String about = "";
        private boolean asked;

        Watched(ServerCall<Q, A> call, String caller) {
            super(call);
            this.caller = caller;
        }

        /** Before its request came the call was given up: by REST, since the request could not be read. */
        void givenUp() {
            if (!asked) {
                note(" by " + caller + ": its request could not be read");
            }
        }

        private void note(String what) {
            long hidden = share.take();
            if (hidden > 0) {
                log.info("refused: {} more", hidden);
            }
            if (hidden >= 0) {
                log.info("refused: {}{}", getMethodDescriptor().getBareMethodName(), what);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!status.isOk()) {
                note(about + " by " + caller + ": " + status.getCode());
            }
            super.close(status, trailers);
        }
    }
}
