package dev.latchkey.control.api.rest.problem;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;

/**
 * The headers of every REST response. A response may contain a secret, so it must not be stored, nor interpreted as
 * another content type.
 */
public final class RestHeaders {
    private RestHeaders() {}

    public static ResponseHeadersBuilder of(HttpStatus status, MediaType type) {
        return ResponseHeaders.builder(status)
                .contentType(type)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
    }
}
