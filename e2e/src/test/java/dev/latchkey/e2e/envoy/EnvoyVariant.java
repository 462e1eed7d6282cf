package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/**
 * The Envoys that Latchkey must be right behind: with and without hardening, each with both encodings of the headers.
 */
enum EnvoyVariant {
    /** {@code envoy/envoy.yaml} as it is. */
    REFERENCE("hardened", /* hardened= */ true, /* raw= */ true),
    REFERENCE_LOSSY("hardened", true, false),
    /** Envoy's defaults: paths and headers come as the client sent them, and bytes that are not UTF-8 as {@code !}. */
    PLAIN("defaults", false, false),
    PLAIN_RAW("raw-headers", false, true);

    private static final String RAW_HEADERS = "encode_raw_headers";

    /** What the reference configuration has for hardening and Envoy's defaults do not. */
    private static final List<String> HARDENING = List.of(
            "use_remote_address",
            "normalize_path",
            "merge_slashes",
            "path_with_escaped_slashes_action",
            "headers_with_underscores_action",
            "early_header_mutation_extensions",
            "validate_mutations",
            "decoder_header_mutation_rules");

    private final String recorded;
    private final boolean hardened;
    private final boolean raw;

    EnvoyVariant(String recorded, boolean hardened, boolean raw) {
        this.recorded = recorded;
        this.hardened = hardened;
        this.raw = raw;
    }

    /** Returns the name of the recordings that were made with this. */
    String recorded() {
        return recorded;
    }

    boolean hardened() {
        return hardened;
    }

    /** Tells whether bytes that are not UTF-8 come as {@code !}. */
    boolean lossy() {
        return !raw;
    }

    /** Returns the configuration with what this variant lacks taken out. */
    String apply(String reference) {
        String config = raw ? reference : without(reference, RAW_HEADERS);
        for (String key : hardened ? List.<String>of() : HARDENING) {
            config = without(config, key);
        }
        return config;
    }

    /** Removes the line of {@code key} and what is indented deeper, or listed, below it. */
    private static String without(String config, String key) {
        List<String> kept = new ArrayList<>();
        int inside = -1;
        boolean found = false;
        for (String line : config.split("\n")) {
            int indent = line.length() - line.stripLeading().length();
            boolean below = inside >= 0
                    && (line.isBlank()
                            || indent > inside
                            || (indent == inside && line.stripLeading().startsWith("- ")));
            if (below) {
                continue;
            }
            inside = -1;
            if (line.stripLeading().startsWith(key + ":")) {
                inside = indent;
                found = true;
            } else {
                kept.add(line);
            }
        }
        assertThat(found).as(key).isTrue();
        return String.join("\n", kept) + "\n";
    }
}
