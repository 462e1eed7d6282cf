package dev.latchkey.answer;

import dev.latchkey.key.KeyRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * The headers that tell the upstream who the caller is. The upstream trusts these headers. A header from the
 * client must therefore not reach the upstream under any spelling of their names: CGI, PHP and others treat
 * names as equal that differ only in characters other than letters and digits, for example
 * {@code x-latchkey-key}, {@code x_latchkey_key} and {@code x.latchkey!key}. The same applies to other headers
 * that are withheld from the upstream.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class IdentityHeaders {
    private final List<String> names;
    /** The names, in bytes, of identity headers and of other headers that are withheld from the upstream. */
    private final byte[][] guarded;

    /** @param prefix the prefix of the names, in lower case, ending in {@code -} */
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

    /** Passes the name and value of each identity header of the caller to {@code sink}. */
    public void forEach(KeyRecord record, BiConsumer<String, String> sink) {
        String[] values = values(record);
        for (int i = 0; i < values.length; i++) {
            sink.accept(names.get(i), values[i]);
        }
    }

    /** Returns the names of all identity headers. */
    public List<String> names() {
        return names;
    }

    /** Returns the values of the headers for a caller with this key, in the order of {@link #names}. */
    public String[] values(KeyRecord record) {
        return new String[] {
            record.workspace(), record.id(), record.environment().text(), record.scopeText()
        };
    }

    /**
     * Returns whether the bytes {@code [from, to)} of {@code message} are a header name that is another spelling of a
     * guarded name. Another spelling differs in letter case or in characters other than letters and digits. The exact
     * name is not another spelling.
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
        // A non-ASCII byte cannot be part of a name, and equals only itself.
        return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b < 0 ? b : '-';
    }
}
