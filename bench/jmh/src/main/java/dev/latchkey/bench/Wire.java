package dev.latchkey.bench;

import io.grpc.Drainable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.internal.ReadableBuffers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * gRPC without the network: messages are read and written by the marshallers of a method, from and to memory that, as
 * Netty's, is there already. For one thread.
 */
public final class Wire<Q, A> {
    private final ServerMethodDefinition<Q, A> method;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream(4096);
    private final Call call = new Call();

    private Wire(ServerMethodDefinition<Q, A> method) {
        this.method = method;
    }

    /** Returns one to the only method of {@code service}. */
    public static Wire<?, ?> to(ServerServiceDefinition service) {
        return new Wire<>(service.getMethods().iterator().next());
    }

    public Q decode(ByteBuffer message) {
        message.rewind();
        InputStream stream = ReadableBuffers.openStream(ReadableBuffers.wrap(message), /* owner= */ true);
        return method.getMethodDescriptor().parseRequest(stream);
    }

    /** Returns the number of bytes, which {@link #written} has. */
    public int encode(A answer) {
        written.reset();
        try (InputStream stream = method.getMethodDescriptor().streamResponse(answer)) {
            // gRPC asks for the length, and has the stream write itself into a buffer of that.
            int length = stream.available();
            return ((Drainable) stream).drainTo(written) == length ? length : -1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has one call answered, from bytes to bytes; returns how many these are. */
    public int call(ByteBuffer message) {
        written.reset();
        ServerCall.Listener<Q> listener = method.getServerCallHandler().startCall(call, new Metadata());
        listener.onMessage(decode(message));
        listener.onHalfClose();
        listener.onComplete();
        return written.size();
    }

    public byte[] written() {
        return written.toByteArray();
    }

    private final class Call extends ServerCall<Q, A> {
        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(A message) {
            encode(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<Q, A> getMethodDescriptor() {
            return method.getMethodDescriptor();
        }
    }
}
