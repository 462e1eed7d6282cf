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
 * Follows answers that show a new key's secret to the end of their writing, by gRPC and by REST. A whole answer that the operating
 * system has taken for the caller's connection counts as sent; more a server cannot know, the rest a repeat or the first use tells.
 * Of any other the caller has no answer that says OK, so the key is withdrawn.
 *
 * <p>This class is thread-safe.
 */
final class Delivery {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private final KeyManager keys;

    Delivery(KeyManager keys) {
        this.keys = keys;
    }

    /** Follows the answer of the present call, which shows the secret of {@code created} if there is one to be shown. */
    void follow(CreatedKey created) {
        if (created.isRepeated()) {
            return;
        }
        ManagedKey key = created.view().key();
        ServiceRequestContext context = ServiceRequestContext.current();
        var unused = context.log().whenComplete().thenAccept(end -> {
            Runnable note = isSent(end) ? () -> keys.answered(key) : () -> keys.unanswered(key);
            try {
                // This is an event loop, and Redis is to be waited for.
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

    /** REST has no such header. */
    private static boolean isOk(HttpHeaders headers) {
        @Nullable String status = headers.get(GrpcHeaderNames.GRPC_STATUS);
        return status == null || status.equals("0");
    }
}
