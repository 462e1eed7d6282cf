package dev.latchkey.server.authz;

import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.io.InputStream;

/**
 * A binding of the service to the raw bytes of its messages instead of generated classes, so that a message that cannot
 * be decoded is denied as well. With generated classes gRPC would answer it with an error, and Envoy might let errors
 * pass: a request header that made the message undecodable was once a way to bypass authorization (CVE-2023-27488).
 */
final class CheckMethod {
    /** Envoy does not compress checks; this limits the memory that another peer's compressed message can take. */
    private static final int MAX_INFLATED_BYTES = 16 << 20;

    /** A tag with the invalid field number 0: this message is denied like any other that cannot be decoded. */
    private static final byte[] UNREADABLE = {0};

    private CheckMethod() {}

    static ServerServiceDefinition bind(AuthorizationService service) {
        MethodDescriptor<byte[], WireResponse> method = AuthorizationGrpc.getCheckMethod().toBuilder(
                        new Request(), new Response())
                .build();
        return ServerServiceDefinition.builder(AuthorizationGrpc.SERVICE_NAME)
                .addMethod(method, ServerCalls.asyncUnaryCall(service::check))
                .build();
    }

    private static final class Request implements Marshaller<byte[]> {
        @Override
        public byte[] parse(InputStream message) {
            try {
                // The size of a compressed message is not known in advance.
                return message instanceof KnownLength ? message.readNBytes(message.available()) : inflated(message);
            } catch (IOException e) {
                return UNREADABLE;
            }
        }

        private static byte[] inflated(InputStream message) throws IOException {
            byte[] bytes = message.readNBytes(MAX_INFLATED_BYTES + 1);
            return bytes.length > MAX_INFLATED_BYTES ? UNREADABLE : bytes;
        }

        @Override
        public InputStream stream(byte[] message) {
            throw new UnsupportedOperationException("a server sends no requests");
        }
    }

    private static final class Response implements Marshaller<WireResponse> {
        @Override
        public InputStream stream(WireResponse response) {
            return response.stream();
        }

        @Override
        public WireResponse parse(InputStream message) {
            throw new UnsupportedOperationException("a server reads no responses");
        }
    }
}
