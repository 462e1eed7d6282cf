package dev.latchkey.server.authz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The caller's {@code x-request-id}, which only some responses contain.
 *
 * <p>This class is immutable and thread-safe.
 */
final class RequestId {
    static final RequestId NONE = of("");

    private static final int MAX_LENGTH = 64;

    private final byte[] id;

    private RequestId(byte[] id) {
        this.id = id;
    }

    /**
     * Returns the id in {@code message}, or {@link #NONE} if the id is empty or too long. The id is copied, because a
     * check that waits must not keep the whole message in memory.
     */
    static RequestId in(byte[] message, int start, int end) {
        return start == end || end - start > MAX_LENGTH ? NONE : new RequestId(Arrays.copyOfRange(message, start, end));
    }

    static RequestId of(String text) {
        return new RequestId(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns the id if a body can contain it without escaping, else null. */
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
