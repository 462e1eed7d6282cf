package dev.latchkey.answer;

import dev.latchkey.key.KeyRecord;
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
    private final String workspace;
    private final String key;
    private final String environment;
    private final String scopes;
    private final List<String> names;
    private final Set<String> dashedNames;
    private final int shortest;
    private final int longest;

    /** @param prefix in lower case, ending in {@code -} */
    public IdentityHeaders(String prefix) {
        this.workspace = prefix + "workspace";
        this.key = prefix + "key";
        this.environment = prefix + "environment";
        this.scopes = prefix + "scopes";
        this.names = List.of(workspace, key, environment, scopes);
        this.dashedNames = names.stream().map(IdentityHeaders::dashed).collect(Collectors.toUnmodifiableSet());
        this.shortest = names.stream().mapToInt(String::length).min().orElseThrow();
        this.longest = names.stream().mapToInt(String::length).max().orElseThrow();
    }

    /** Shows {@code sink} each header, name and value, by which the upstream knows the caller. */
    public void forEach(KeyRecord record, BiConsumer<String, String> sink) {
        sink.accept(workspace, record.workspace());
        sink.accept(key, record.id());
        sink.accept(environment, record.environment().text());
        sink.accept(scopes, String.join(" ", record.scopes()));
    }

    /** Returns all of the names. */
    public List<String> names() {
        return names;
    }

    /** Tells whether {@code header} is one of the names with another {@code -}/{@code _} spelling or letter case. */
    public boolean isOtherSpelling(String header) {
        int length = header.length();
        return length >= shortest
                && length <= longest
                && !names.contains(header)
                && dashedNames.contains(dashed(header));
    }

    private static String dashed(String header) {
        return header.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
