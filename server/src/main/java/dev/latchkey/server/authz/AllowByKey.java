package dev.latchkey.server.authz;

import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.key.KeyRecord;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;

/**
 * A writer of the most frequent response, an allow for a request with a key, which differs from key to key. It writes
 * the response directly as bytes, for which the generated classes would create many objects.
 *
 * <p>This class is immutable and thread-safe.
 */
final class AllowByKey {
    private final IdentityHeaders identity;
    private final byte[] status;
    private final byte[] ok;
    private final TextField[] headers;

    /** @param same the fields that all of these responses share */
    AllowByKey(CheckResponse same, IdentityHeaders identity) {
        this.identity = identity;
        this.status =
                CheckResponse.newBuilder().setStatus(same.getStatus()).build().toByteArray();
        this.ok = same.getOkResponse().toByteArray();
        this.headers = identity.names().stream().map(AllowByKey::header).toArray(TextField[]::new);
    }

    /**
     * Returns the serialised CheckResponse.
     *
     * @param more serialised fields of the OkHttpResponse for this request only
     * @param metadata the serialised metadata field of the CheckResponse
     */
    byte[] write(KeyRecord key, byte[] more, byte[] metadata) {
        byte[][] values = TextField.utf8(identity.values(key));
        int okSize = ok.length + more.length + TextField.size(headers, values);
        return WireWriter.bytes(status.length + WireWriter.framed(okSize) + metadata.length, out -> {
            out.writeRawBytes(status);
            WireWriter.open(out, CheckResponse.OK_RESPONSE_FIELD_NUMBER, okSize);
            out.writeRawBytes(ok);
            out.writeRawBytes(more);
            TextField.write(out, headers, values);
            out.writeRawBytes(metadata);
        });
    }

    private static TextField header(String name) {
        byte[] key = HeaderValue.newBuilder().setKey(name).build().toByteArray();
        byte[] action = HeaderValueOption.newBuilder()
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .build()
                .toByteArray();
        return TextField.of(HeaderValue.VALUE_FIELD_NUMBER)
                .within(key, HeaderValueOption.HEADER_FIELD_NUMBER)
                .within(action, OkHttpResponse.HEADERS_FIELD_NUMBER);
    }
}
