package dev.latchkey.control.api.grpc;

import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.grpc.protocol.GrpcHeaderNames;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.latchkey.control.keys.CreatedKey;
import dev.latchkey.control.keys.KeyManager;
import dev.latchkey.control.record.ManagedKey;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracks the delivery of each response that shows the secret of a new key, by gRPC and by REST. A complete response
 * counts as sent once the operating system has accepted it for the connection of the caller. A server cannot know more:
 * a repeated call or the first use of the key shows whether the response arrived. After any other end the caller has no
 * response that says OK, so the key is withdrawn.
 *
 * <p>This class is thread-safe.
 */
final class Delivery {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private final KeyManager keys;

    Delivery(KeyManager keys) {
        this.keys = keys;
    }

    /**
     * Tracks the response of the current call, unless {@code created} is the repetition of an earlier call and thus has
     * no secret to show.
     */
    void follow(CreatedKey created) {
        if (created.isRepeated()) {
            return;
        }
        ManagedKey key = created.view().key();
        ServiceRequestContext context = ServiceRequestContext.current();
        var unused = context.log().whenComplete().thenAccept(end -> {
            Runnable note = isSent(end) ? () -> keys.answered(key) : () -> keys.unanswered(key);
            try {
                // This runs on an event loop, which must not wait for Redis.
                context.blockingTaskExecutor().execute(note);
            } catch (RejectedExecutionException e) {
                log.warn("how {} of {} was answered is not noted: this process ends", key.id(), key.workspace());
            }
        });
    }

    private static boolean isSent(RequestLog end) {
        return end.responseCause() == null
                && end.responseStatus().equals(HttpStatus.OK)
                && isOk(end.responseHeaders())
                && isOk(end.responseTrailers());
    }

    /** Returns whether the gRPC status is OK or absent, as it is in REST responses. */
    private static boolean isOk(HttpHeaders headers) {
        @Nullable String status = headers.get(GrpcHeaderNames.GRPC_STATUS);
        return status == null || status.equals("0");
    }
}
