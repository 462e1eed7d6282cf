package dev.latchkey.answer;

import dev.latchkey.key.KeyRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * The headers that tell the upstream who is calling. An upstream believes them, so no spelling of their names that the
 * client has sent may pass: CGI, PHP and others make one name of all that differ only in what is neither letter nor
 * digit, such as {@code x-latchkey-key}, {@code x_latchkey_key} and {@code x.latchkey!key}. The same holds for further
 * headers that are kept from the upstream.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class IdentityHeaders {
    private final List<String> names;
    /** Of the names and of what else is kept from the upstream, the bytes. */
    private final byte[][] guarded;

    /** @param prefix in lower case, ending in {@code -} */
    public IdentityHeaders(String prefix) {
        this(prefix, List.of());
    }

    public IdentityHeaders(AnswerStyle style) {
        this(style.identityPrefix(), style.overrides());
    }

    private IdentityHeaders(String prefix, List<String> further) {
        this.names = List.of(prefix + "workspace", prefix + "key", prefix + "environment", prefix + "scopes");
        this.guarded = Stream.concat(names.stream(), further.stream())
                .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    /** Shows {@code sink} each header, name and value, by which the upstream knows the caller. */
    public void forEach(KeyRecord record, BiConsumer<String, String> sink) {
        String[] values = values(record);
        for (int i = 0; i < values.length; i++) {
            sink.accept(names.get(i), values[i]);
        }
    }

    /** Returns all of the names. */
    public List<String> names() {
        return names;
    }

    /** Returns what stands in the headers of a caller with this key, in the order of {@link #names}. */
    public String[] values(KeyRecord record) {
        return new String[] {
            record.workspace(), record.id(), record.environment().text(), record.scopeText()
        };
    }

    /**
     * Tells whether a header's name, the bytes {@code [from, to)} of {@code message}, is another spelling of a name
     * that the upstream believes or must not see: in letter case, or in what is neither letter nor digit.
     */
    public boolean isOtherSpelling(byte[] message, int from, int to) {
        for (byte[] name : guarded) {
            if (name.length == to - from && alike(name, message, from)) {
                return !Arrays.equals(name, 0, name.length, message, from, to);
            }
        }
        return false;
    }

    private static boolean alike(byte[] name, byte[] message, int from) {
        for (int i = 0; i < name.length; i++) {
            if (folded(name[i]) != folded(message[from + i])) {
                return false;
            }
        }
        return true;
    }

    private static int folded(byte b) {
        if (b >= 'A' && b <= 'Z') {
            return b - 'A' + 'a';
        }
        // A byte that is not ASCII can stand in no name, and is like nothing else.
        return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b < 0 ? b : '-';
    }
}
