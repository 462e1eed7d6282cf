package dev.latchkey.server.authz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The caller's {@code x-request-id}, which only some answers show. */
final class RequestId {
    static final RequestId NONE = of("");

    private static final int MAX_LENGTH = 64;

    private final byte[] id;

    private RequestId(byte[] id) {
        this.id = id;
    }

    /** Returns the id in {@code message}, which is not kept: a check that waits is to hold no more than it needs. */
    static RequestId in(byte[] message, int start, int end) {
        return start == end || end - start > MAX_LENGTH ? NONE : new RequestId(Arrays.copyOfRange(message, start, end));
    }

    static RequestId of(String text) {
        return new RequestId(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns it if it can stand in a body as it is, else null. */
    @Nullable
    String shown() {
        if (id.length == 0 || id.length > MAX_LENGTH) {
            return null;
        }
        for (byte c : id) {
            boolean harmless = (c >= '0' && c <= '9')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!harmless) {
                return null;
            }
        }
        return new String(id, StandardCharsets.ISO_8859_1);
    }
}
