package dev.latchkey.server.authz;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names of the headers that tell the upstream who is calling. An upstream believes them, so no spelling of them that the
 * client has sent may pass: many frameworks read {@code x_latchkey_key} as {@code x-latchkey-key}.
 */
final class IdentityHeaders {
    private final String prefix;
    private final List<String> names;
    private final Set<String> dashedNames;
    private final int shortest;
    private final int longest;

    /** @param prefix in lower case, ending in {@code -} */
    IdentityHeaders(String prefix) {
        this.prefix = prefix;
        this.names = List.of(workspace(), key(), environment(), scopes());
        this.dashedNames = names.stream().map(IdentityHeaders::dashed).collect(Collectors.toUnmodifiableSet());
        this.shortest = names.stream().mapToInt(String::length).min().orElseThrow();
        this.longest = names.stream().mapToInt(String::length).max().orElseThrow();
    }

    String workspace() {
        return prefix + "workspace";
    }

    String key() {
        return prefix + "key";
    }

    String environment() {
        return prefix + "environment";
    }

    String scopes() {
        return prefix + "scopes";
    }

    List<String> names() {
        return names;
    }

    /** Tells whether {@code header} is one of the names with another {@code -}/{@code _} spelling or letter case. */
    boolean isOtherSpelling(String header) {
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
