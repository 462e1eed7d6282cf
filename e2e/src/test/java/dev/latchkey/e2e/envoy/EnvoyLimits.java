package dev.latchkey.e2e.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.demo.EnvoyProcess;
import dev.latchkey.e2e.RawHttp;

/** An Envoy with the highest limits for headers that it can be given. */
final class EnvoyLimits {
    private EnvoyLimits() {}

    /** @param failOpen whether a request passes when its check fails */
    static String highest(String config, boolean failOpen) {
        String changed = replaced(config, "max_request_headers_kb: 60", "max_request_headers_kb: 8192");
        changed = replaced(changed, "max_headers_count: 116", "max_headers_count: 200");
        changed = replaced(
                changed, "per_connection_buffer_limit_bytes: 32768", "per_connection_buffer_limit_bytes: 16777216");
        return replaced(changed, "failure_mode_allow: false", "failure_mode_allow: " + failOpen);
    }

    static String replaced(String config, String from, String to) {
        assertThat(config).contains(from);
        return config.replace(from, to);
    }

    /** Returns how many checks have failed so far, for whatever reason. */
    static long checkErrors(EnvoyProcess envoy) {
        return RawHttp.get(envoy.adminPort(), "/stats?filter=ext_authz.error$")
                .body()
                .lines()
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
