package dev.latchkey.server.authz;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A serialised CheckResponse. Only {@link CheckResponses} creates instances.
 *
 * <p>This class is immutable and thread-safe.
 */
final class WireResponse {
    private final byte[] message;

    /** @param message a serialised CheckResponse; must not be modified afterwards */
    WireResponse(byte[] message) {
        this.message = message;
    }

    /** Returns a stream over the message, which gRPC copies immediately. */
    InputStream stream() {
        return new Message(message);
    }

    private static final class Message extends ByteArrayInputStream implements Drainable, KnownLength {
        Message(byte[] message) {
            super(message);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int length = count - pos;
            target.write(buf, pos, length);
            pos = count;
            return length;
        }
    }
}
