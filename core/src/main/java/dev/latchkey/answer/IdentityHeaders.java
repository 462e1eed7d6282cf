package dev.latchkey.answer;

import dev.latchkey.key.KeyRecord;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The headers that tell the upstream who is calling. An upstream believes them, so no spelling of their names that the client
 * has sent may pass: many frameworks read {@code x_latchkey_key} as {@code x-latchkey-key}.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class IdentityHeaders {
    private final List<String> names;
    private final Set<String> dashedNames;
    private final BitSet lengths = new BitSet();

    /** @param prefix in lower case, ending in {@code -} */
    public IdentityHeaders(String prefix) {
        this.names = List.of(prefix + "workspace", prefix + "key", prefix + "environment", prefix + "scopes");
        this.dashedNames = names.stream().map(IdentityHeaders::dashed).collect(Collectors.toUnmodifiableSet());
        names.forEach(name -> lengths.set(name.length()));
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

    /** Tells whether one of the names has so many characters, and so may have another spelling of it. */
    public boolean haveLength(int length) {
        return lengths.get(length);
    }

    /** Tells whether {@code header} is one of the names with another {@code -}/{@code _} spelling or letter case. */
    public boolean isOtherSpelling(String header) {
        return haveLength(header.length()) && !names.contains(header) && dashedNames.contains(dashed(header));
    }

    private static String dashed(String header) {
        return header.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
