package dev.latchkey.bench;

import com.google.protobuf.ByteString;
import dev.latchkey.key.PresentedKey;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.Peer;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Checks as an Envoy with the reference configuration sends them, and as bench/rust does: 12 raw headers, some 490
 * bytes in all.
 */
public final class Checks {
    private Checks() {}

    /** Returns one check for each of {@code keys}, in memory like Netty's. */
    public static ByteBuffer[] of(String path, PresentedKey[] keys) {
        return Arrays.stream(bytes(path, keys)).map(Checks::direct).toArray(ByteBuffer[]::new);
    }

    public static byte[][] bytes(String path, PresentedKey[] keys) {
        return Sample.each(i -> check(path, keys[i].reveal()).toByteArray()).toArray(byte[][]::new);
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static CheckRequest check(String path, String key) {
        HttpRequest http = HttpRequest.newBuilder()
                .setId("7105411289013245678")
                .setMethod("GET")
                .setPath(path)
                .setHost(Sample.HOST)
                .setScheme("http")
                .setProtocol("HTTP/1.1")
                .setHeaderMap(headers(path, key))
                .build();
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setSource(peer(40112))
                        .setDestination(peer(10000))
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(http)))
                .build();
    }

    private static HeaderMap headers(String path, String key) {
        String[] headers = {
            ":authority", Sample.HOST,
            ":path", path,
            ":method", "GET",
            ":scheme", "http",
            "user-agent", "latchkey-bench/1",
            "accept", "*/*",
            "accept-encoding", "gzip",
            "x-client", "bench",
            "content-type", "application/json",
            "authorization", "Bearer " + key,
            "x-forwarded-proto", "http",
            "x-request-id", "5d2f1e0a-7c55-4f51-9d0e-3d0c1c7a9b11",
        };
        HeaderMap.Builder map = HeaderMap.newBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            map.addHeaders(
                    HeaderValue.newBuilder().setKey(headers[i]).setRawValue(ByteString.copyFromUtf8(headers[i + 1])));
        }
        return map.build();
    }

    private static Peer peer(int port) {
        SocketAddress.Builder socket =
                SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port);
        return Peer.newBuilder()
                .setAddress(Address.newBuilder().setSocketAddress(socket))
                .build();
    }
}
