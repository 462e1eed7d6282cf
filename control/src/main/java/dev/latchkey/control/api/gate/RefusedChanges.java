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
 * An interceptor that logs each requested change that was not made, in one line: the method, the object, the caller and
 * the status. Changes that were made are in the audit trail. Of a request, only the IDs that it names are logged. Calls
 * that are refused because of their caller are logged by {@link Refusals}. This interceptor runs after {@link
 * AdminAuth}, and its log is limited by a {@link LogShare}. It is thread-safe.
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

        /** Logs a call that was cancelled before its request arrived. REST does that if the request cannot be read. */
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
