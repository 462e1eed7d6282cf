package dev.latchkey.server.authz;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The caller's {@code x-request-id}, which only some answers show. */
final class RequestId {
    static final RequestId NONE = of("");

    private static final int MAX_LENGTH = 64;

    private final byte[] message;
    private final int start;
    private final int end;

    /** @param message that it is a part of */
    RequestId(byte[] message, int start, int end) {
        this.message = message;
        this.start = start;
        this.end = end;
    }

    static RequestId of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return new RequestId(bytes, 0, bytes.length);
    }

    /** Returns it if it can stand in a body as it is, else null. */
    @Nullable
    String shown() {
        if (start == end || end - start > MAX_LENGTH) {
            return null;
        }
        for (int i = start; i < end; i++) {
            byte c = message[i];
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
        return new String(message, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
