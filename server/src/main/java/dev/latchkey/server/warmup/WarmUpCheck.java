package dev.latchkey.server.warmup;

import com.google.protobuf.CodedOutputStream;
import dev.latchkey.key.PresentedKey;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A factory of warm-up checks, serialized as Envoy would serialize them. */
final class WarmUpCheck {
    /** A placeholder as long as an address or a timestamp. The sidecar skips these fields. */
    private static final byte[] PASSED_OVER = new byte[19];

    private WarmUpCheck() {}

    /** Returns a serialized check of a GET with {@code key}, with the headers of the reference configuration. */
    static byte[] of(String path, PresentedKey key) {
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
                field(HttpRequest.ID_FIELD_NUMBER, utf8("14359806300394086050")),
                field(HttpRequest.METHOD_FIELD_NUMBER, utf8("GET")),
                field(HttpRequest.PATH_FIELD_NUMBER, utf8(path)),
                field(HttpRequest.HOST_FIELD_NUMBER, utf8("warm-up")),
                field(HttpRequest.SCHEME_FIELD_NUMBER, utf8("http")),
                field(HttpRequest.PROTOCOL_FIELD_NUMBER, utf8("HTTP/1.1")),
                field(HttpRequest.HEADER_MAP_FIELD_NUMBER, lines));
        return field(
                CheckRequest.ATTRIBUTES_FIELD_NUMBER,
                field(AttributeContext.SOURCE_FIELD_NUMBER, PASSED_OVER),
                field(AttributeContext.DESTINATION_FIELD_NUMBER, PASSED_OVER),
                field(
                        AttributeContext.REQUEST_FIELD_NUMBER,
                        field(AttributeContext.Request.TIME_FIELD_NUMBER, PASSED_OVER),
                        http));
    }

    /**
     * Returns a serialized length-delimited field. The generated builders are not used, because they load their
     * descriptors, some hundred classes.
     */
    private static byte[] field(int number, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        byte[] bytes = content.toByteArray();
        byte[] field = new byte[CodedOutputStream.computeByteArraySize(number, bytes)];
        try {
            CodedOutputStream.newInstance(field).writeByteArray(number, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("into an array that is as long", e);
        }
        return field;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
