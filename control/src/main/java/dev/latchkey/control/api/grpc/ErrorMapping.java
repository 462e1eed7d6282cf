package dev.latchkey.control.api.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place that maps a failure to a gRPC status. The status of an expected failure tells the caller what to do.
 * Any other failure is logged under an incident ID, and the caller gets this ID and nothing else. A status has a cause
 * only if the caller sent wrong fields: REST reads all of them from the cause, since the trailers hold only some.
 */
final class ErrorMapping {
    private static final Logger log = LoggerFactory.getLogger(ErrorMapping.class);
    // By default, gRPC clients accept 8 KiB of trailers. The trailers contain these texts several times, in base64 and
    // with percent-encoding, so the limits are much lower.
    private static final int MAX_MESSAGE_BYTES = 800;
    private static final int MAX_VIOLATION_BYTES = 2400;

    private ErrorMapping() {}

    /** Answers a call with the result of {@code work}, or with the status for the exception that it throws. */
    static <T> void answer(StreamObserver<T> call, Supplier<T> work) {
        T answer;
        try {
            answer = work.get();
        } catch (RuntimeException e) {
            call.onError(statusOf(e));
            return;
        }
        call.onNext(answer);
        call.onCompleted();
    }

    static StatusRuntimeException statusOf(Throwable failure) {
        if (failure instanceof RefusedException refused) {
            return status(codeOf(refused.kind()), refused);
        }
        if (failure instanceof StoreException store) {
            if (store.fault() == StoreException.Fault.BAD_RECORD || store.fault() == StoreException.Fault.REFUSED) {
                log.error("a call failed: {}", store.getMessage());
            }
            return plain(codeOf(store.fault()), String.valueOf(store.getMessage()));
        }
        String incident = UUID.randomUUID().toString();
        log.error("a call failed unexpectedly, incident {}", incident, failure);
        return plain(Code.INTERNAL, "a fault inside the control plane; its log says more under incident " + incident);
    }

    private static Code codeOf(RefusedException.Kind kind) {
        return switch (kind) {
            case INVALID -> Code.INVALID_ARGUMENT;
            case NOT_FOUND -> Code.NOT_FOUND;
            case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
            case CONFLICT -> Code.ABORTED;
            case FULL -> Code.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Code.UNAVAILABLE;
        };
    }

    private static Code codeOf(StoreException.Fault fault) {
        return switch (fault) {
            case UNREACHABLE, UNCERTAIN, PASSING, REFUSED -> Code.UNAVAILABLE;
            case FULL -> Code.RESOURCE_EXHAUSTED;
            case BAD_RECORD -> Code.DATA_LOSS;
        };
    }

    private static StatusRuntimeException status(Code code, RefusedException refused) {
        if (refused.violations().isEmpty()) {
            return plain(code, String.valueOf(refused.getMessage()));
        }
        BadRequest.Builder details = BadRequest.newBuilder();
        int bytes = 0;
        for (Violation violation : refused.violations()) {
            bytes += utf8(violation.description()) + utf8(violation.field());
            if (bytes > MAX_VIOLATION_BYTES) {
                break;
            }
            details.addFieldViolationsBuilder().setField(violation.field()).setDescription(violation.description());
        }
        StatusRuntimeException failure = StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(code.value())
                .setMessage(shortened(String.valueOf(refused.getMessage())))
                .addDetails(Any.pack(details.build()))
                .build());
        return failure.getStatus().withCause(refused).asRuntimeException(failure.getTrailers());
    }

    private static StatusRuntimeException plain(Code code, String message) {
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(code.value())
                .setMessage(shortened(message))
                .build());
    }

    private static String shortened(String message) {
        if (utf8(message) <= MAX_MESSAGE_BYTES) {
            return message;
        }
        StringBuilder start = new StringBuilder();
        int bytes = 0;
        for (int c : message.codePoints().toArray()) {
            bytes += utf8(Character.toString(c));
            if (bytes > MAX_MESSAGE_BYTES) {
                break;
            }
            start.appendCodePoint(c);
        }
        return start.append('…').toString();
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
