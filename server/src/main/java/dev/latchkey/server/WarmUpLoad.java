package dev.latchkey.server;

import com.google.protobuf.CodedOutputStream;
import dev.latchkey.key.PresentedKey;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends checks as a busy Envoy does: some at a time on one connection. Their answers are not read: the time is for what a check
 * costs the server.
 */
final class WarmUpLoad {
    private static final int LANES = 32;
    private static final byte[] UNREAD = {};
    private static final MethodDescriptor<byte[], byte[]> CHECK = AuthorizationGrpc.getCheckMethod().toBuilder(
                    new Bytes(), new Bytes())
            .build();

    private final Channel channel;
    private final List<byte[]> checks;
    private final int number;
    private final AtomicInteger left;
    private final CountDownLatch lanes = new CountDownLatch(LANES);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param checks to send in turn
     * @param number how many to send
     */
    WarmUpLoad(Channel channel, List<byte[]> checks, int number) {
        this.channel = channel;
        this.checks = checks;
        this.number = number;
        this.left = new AtomicInteger(number);
    }

    /**
     * Blocks until all are answered; no longer than {@code bound}.
     *
     * @return how many were sent
     * @throws IOException if one was not answered
     */
    int run(Duration bound) throws IOException, InterruptedException {
        for (int i = 0; i < LANES; i++) {
            new Lane().next();
        }
        var unused = lanes.await(bound.toMillis(), TimeUnit.MILLISECONDS);
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IOException("a check was not answered", failed);
        }
        return number - Math.max(0, left.getAndSet(0));
    }

    /** Returns a check of a GET with {@code key}, serialised, with headers as the reference configuration has them sent. */
    static byte[] check(String path, PresentedKey key) {
        Map<String, String> headers = Map.of(
                ":authority", "warm-up",
                ":path", path,
                ":method", "GET",
                ":scheme", "http",
                "accept", "*/*",
                "user-agent", "warm-up",
                "x-forwarded-proto", "http",
                "content-type", "application/json",
                "authorization", "Bearer " + key.reveal(),
                "x-request-id", "5d2f1e0a-7c55-4f51-9d0e-3d0c1c7a9b11");
        byte[][] lines = headers.entrySet().stream()
                .map(header -> field(
                        HeaderMap.HEADERS_FIELD_NUMBER,
                        field(HeaderValue.KEY_FIELD_NUMBER, utf8(header.getKey())),
                        field(HeaderValue.RAW_VALUE_FIELD_NUMBER, utf8(header.getValue()))))
                .toArray(byte[][]::new);
        byte[] http = field(
                AttributeContext.Request.HTTP_FIELD_NUMBER,
                field(HttpRequest.METHOD_FIELD_NUMBER, utf8("GET")),
                field(HttpRequest.PATH_FIELD_NUMBER, utf8(path)),
                field(HttpRequest.HOST_FIELD_NUMBER, utf8("warm-up")),
                field(HttpRequest.HEADER_MAP_FIELD_NUMBER, lines));
        return field(CheckRequest.ATTRIBUTES_FIELD_NUMBER, field(AttributeContext.REQUEST_FIELD_NUMBER, http));
    }

    /** Without the generated builders, which bring their descriptors along, some hundred classes. */
    private static byte[] field(int number, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        byte[] field = new byte[CodedOutputStream.computeByteArraySize(number, content.toByteArray())];
        try {
            CodedOutputStream.newInstance(field).writeByteArray(number, content.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("into an array that is as long", e);
        }
        return field;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One check after the other, each when the one before is answered. */
    private final class Lane implements StreamObserver<byte[]> {
        void next() {
            int mine = left.decrementAndGet();
            if (mine < 0) {
                lanes.countDown();
            } else {
                ClientCalls.asyncUnaryCall(
                        channel.newCall(CHECK, CallOptions.DEFAULT), checks.get(mine % checks.size()), this);
            }
        }

        @Override
        public void onNext(byte[] response) {}

        @Override
        public void onError(Throwable failed) {
            failure.compareAndSet(null, failed);
            lanes.countDown();
        }

        @Override
        public void onCompleted() {
            next();
        }
    }

    private static final class Bytes implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            return UNREAD;
        }
    }
}
