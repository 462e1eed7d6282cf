package dev.latchkey.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.redis.TestCertificates;
import dev.latchkey.redis.TlsFiles;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A value for every setting, each other than its default and than every other, and what they make. */
public final class AllSettings {
    public static final String PEPPERS = "2:" + "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=" + ",1:"
            + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public static final String HASH = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    private static final TestCertificates CERTIFICATES = TestCertificates.create();
    private static final String CA = CERTIFICATES.ca().toString();
    private static final String CERTIFICATE =
            CERTIFICATES.server().certificate().toString();
    private static final String KEY = CERTIFICATES.server().key().toString();
    static final Map<String, String> TEXTS = texts();

    private AllSettings() {}

    static void assertRead(Settings read) {
        assertThat(read.authz())
                .isEqualTo(new Settings.Authz(
                        new ListenAddress.Unix("/run/a.sock"),
                        true,
                        PosixFilePermissions.fromString("rw-rw-rw-"),
                        Duration.ofMillis(151),
                        7));
        assertThat(read.ops()).isEqualTo(new Settings.Ops(new ListenAddress.Tcp("::1", 9)));
        assertThat(read.control().listen()).isEqualTo(new ListenAddress.Tcp("control.internal", 8));
        assertThat(read.control().tokens())
                .containsExactly(
                        new AdminToken("ci", AdminToken.Role.MANAGER, "ws_1", "ab".repeat(32)),
                        new AdminToken("ops.on-call_1", AdminToken.Role.OPERATOR, "", HASH.toLowerCase(Locale.ROOT)),
                        new AdminToken("audit", AdminToken.Role.READER, "sha256", "cd".repeat(32)));
        assertThat(read.console().apiUrl()).contains("https://api.acme.example:8443/v2");
        assertThat(read.redis())
                .isEqualTo(new Settings.Redis(
                        RedisUri.parse("rediss://sidecar:p%40ss@redis:6380/3"),
                        Optional.empty(),
                        new TlsFiles(Path.of(CA), Path.of(CERTIFICATE), Path.of(KEY)),
                        Duration.ofMillis(51),
                        "tenant:latchkey:"));
        assertThat(read.keys().brand()).isEqualTo("acme");
        assertThat(read.keys().acceptImported()).isTrue();
        assertThat(read.keys().peppers().versions()).containsExactly(2, 1);
        assertThat(read.cache())
                .isEqualTo(new Settings.Cache(true, 10, 20, Duration.ofMinutes(1), Duration.ofSeconds(3)));
        assertThat(read.keys().abandonedPeppers()).containsExactlyInAnyOrder(1, 3);
        assertThat(read.audit().retention()).isEqualTo(Duration.ofDays(31));
        assertThat(read.audit().maxPerWorkspace()).isEqualTo(7777);
        assertThat(read.keys().retention()).isEqualTo(Duration.ofDays(30));
        assertThat(read.keys().importsPerSecond()).isEqualTo(777);
        assertThat(read.keys().maxPerWorkspace()).isEqualTo(778);
        assertThat(read.policies().file().value()).isEqualTo("conf/main.yaml");
        assertThat(read.policies().named()).containsOnlyKeys("internal", "Old_1-a");
        assertThat(read.policies().named().get("internal").value()).isEqualTo("conf/i.yaml");
        assertThat(read.policies().named().get("Old_1-a").value()).isEqualTo("o.yaml");
        assertThat(read.headers()).isEqualTo(new Settings.Headers("x-acme-", false));
        assertThat(read.errors()).isEqualTo(new Settings.Errors("https://acme.example/errors#"));
        assertThat(read.realm()).isEqualTo("Acme API");
        assertThat(read.ready()).isEqualTo(new Settings.Ready(Duration.ofMinutes(1), true, Duration.ofMillis(1500)));
        assertThat(read.drain()).isEqualTo(new Settings.Drain(Duration.ofSeconds(3), Duration.ofSeconds(11)));
    }

    /** Returns the text by key; of those that exclude each other, value and file, only the value. */
    private static Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("authz.listen", "unix:/run/a.sock");
        texts.put("authz.share-port", "true");
        texts.put("authz.socket-mode", "0666");
        texts.put("authz.timeout", "151ms");
        texts.put("authz.max-concurrent", "7");
        texts.put("ops.listen", "[::1]:9");
        texts.put("control.listen", "control.internal:8");
        texts.put("control.ops-listen", "control.internal:9");
        texts.put(
                "control.tokens",
                "ci:manager:ws_1:sha256:" + "ab".repeat(32) + ",ops.on-call_1:operator:sha256:" + HASH
                        + ",audit:reader:sha256:sha256:" + "cd".repeat(32));
        texts.put("console.api-url", "https://api.acme.example:8443/v2");
        texts.put("redis.uri", "rediss://sidecar:p%40ss@redis:6380/3");
        texts.put("redis.tls-ca-file", CA);
        texts.put("redis.tls-cert-file", CERTIFICATE);
        texts.put("redis.tls-key-file", KEY);
        texts.put("redis.timeout", "51ms");
        texts.put("redis.prefix", "tenant:latchkey:");
        texts.put("cache.enabled", "true");
        texts.put("cache.max-entries", "10");
        texts.put("cache.max-absent", "20");
        texts.put("cache.max-age", "1m");
        texts.put("cache.lease", "3s");
        texts.put("keys.brand", "acme");
        texts.put("keys.accept-imported", "true");
        texts.put("keys.peppers", PEPPERS);
        texts.put("keys.abandoned-peppers", "1,3");
        texts.put("keys.retention", "30d");
        texts.put("keys.imports-per-second", "777");
        texts.put("keys.max-per-workspace", "778");
        texts.put("audit.retention", "31d");
        texts.put("audit.max-per-workspace", "7777");
        texts.put("policy", "conf/main.yaml");
        texts.put("policies", "internal=conf/i.yaml,Old_1-a=o.yaml");
        texts.put("headers.prefix", "x-acme-");
        texts.put("headers.remove-overrides", "false");
        texts.put("errors.base", "https://acme.example/errors#");
        texts.put("realm", "Acme API");
        texts.put("ready.grace", "1m");
        texts.put("ready.follow-redis", "true");
        texts.put("ready.warm-up", "1500ms");
        texts.put("drain.delay", "3s");
        texts.put("drain.timeout", "11s");
        return texts;
    }

    /** The same as {@link #TEXTS}, nested and with lists and mappings. */
    static final List<String> NESTED = List.of(
            "authz: {listen: 'unix:/run/a.sock', share-port: true, socket-mode: 0666, timeout: 151ms,"
                    + " max-concurrent: 7}",
            "ops:",
            "  listen: '[::1]:9'",
            "control:",
            "  listen: control.internal:8",
            "  tokens:",
            "    - {name: ci, role: manager, workspace: ws_1, hash: 'sha256:" + "ab".repeat(32) + "'}",
            "    - name: ops.on-call_1",
            "      role: operator",
            "      hash: sha256:" + HASH,
            "    - {name: audit, role: reader, workspace: sha256, hash: 'sha256:" + "cd".repeat(32) + "'}",
            "console: {api-url: 'https://api.acme.example:8443/v2'}",
            "redis.uri: rediss://sidecar:p%40ss@redis:6380/3",
            "redis:",
            "  tls-ca-file: " + CA,
            "  tls-cert-file: " + CERTIFICATE,
            "  tls-key-file: " + KEY,
            "  timeout: 51ms",
            "  prefix: 'tenant:latchkey:'",
            "cache:",
            "  enabled: true",
            "  max-entries: 10",
            "  max-absent: 20",
            "  max-age: 1m",
            "  lease: 3s",
            "keys:",
            "  brand: acme",
            "  accept-imported: true",
            "  peppers: " + PEPPERS,
            "  abandoned-peppers: 1,3",
            "  retention: 30d",
            "  imports-per-second: 777",
            "  max-per-workspace: 778",
            "audit: {retention: 31d, max-per-workspace: 7777}",
            "policy: conf/main.yaml",
            "policies:",
            "  internal: conf/i.yaml",
            "  Old_1-a: o.yaml",
            "headers: {prefix: x-acme-, remove-overrides: false}",
            "errors.base: https://acme.example/errors#",
            "realm: Acme API",
            "ready: {grace: 1m}",
            "ready.follow-redis: true",
            "ready.warm-up: 1500ms",
            "drain: {delay: 3s, timeout: 11s}");
}
