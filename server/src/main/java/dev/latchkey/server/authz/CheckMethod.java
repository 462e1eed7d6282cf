package dev.latchkey.server.authz;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.decision.FaultLog;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the service so that a message which cannot be decoded is denied as well. gRPC would answer it with an error, and Envoy may
 * let errors pass: a request header that made the message undecodable was once a way in (CVE-2023-27488).
 */
final class CheckMethod {
    private static final Logger log = LoggerFactory.getLogger(CheckMethod.class);

    /** Stands for a message that could not be decoded. Equal to an empty one, which is another thing. */
    private static final CheckRequest UNDECODABLE = CheckRequest.newBuilder().build();

    private CheckMethod() {}

    static ServerServiceDefinition bind(AuthorizationService service) {
        MethodDescriptor<CheckRequest, CheckResponse> generated = AuthorizationGrpc.getCheckMethod();
        MethodDescriptor<CheckRequest, CheckResponse> method = generated.toBuilder(
                        new CheckRequestMarshaller(), generated.getResponseMarshaller())
                .build();
        return ServerServiceDefinition.builder(AuthorizationGrpc.SERVICE_NAME)
                .addMethod(method, ServerCalls.asyncUnaryCall(service::check))
                .build();
    }

    @SuppressWarnings("ReferenceEquality") // see UNDECODABLE
    static boolean isUndecodable(CheckRequest request) {
        return request == UNDECODABLE;
    }

    private static final class CheckRequestMarshaller implements Marshaller<CheckRequest> {
        private final FaultLog undecodable =
                new FaultLog(log, "a check request could not be decoded and is denied", System::nanoTime);

        @Override
        public CheckRequest parse(InputStream message) {
            try {
                return CheckRequest.parseFrom(CodedInputStream.newInstance(message));
            } catch (InvalidProtocolBufferException e) {
                undecodable.report(e);
                return UNDECODABLE;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public InputStream stream(CheckRequest message) {
            return message.toByteString().newInput();
        }
    }
}
