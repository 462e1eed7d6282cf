package dev.latchkey.config;

import dev.latchkey.config.value.Form;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.config.value.Setting;
import dev.latchkey.key.Peppers;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The table of all settings, and the only place that defines their keys, defaults, ranges and descriptions. */
final class SettingTable {
    private static final List<Setting<?>> SETTINGS = new ArrayList<>();

    // Latchkey sends these characters in header lines and quoted strings (RFC 9110 section 5.6.4), so the set contains
    // neither quote nor backslash.
    private static final String VISIBLE = "!#-\\[\\]-~";
    private static final String LOWER_TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]";

    static final Setting<ListenAddress> AUTHZ_LISTEN = add(
            "authz.listen", "127.0.0.1:9191", "Where the sidecar answers Envoy: TCP or a Unix socket", Forms.ADDRESS);
    static final Setting<Boolean> AUTHZ_SHARE_PORT = add(
            "authz.share-port",
            "false",
            "Whether another sidecar may listen on the same TCP port, to take over before this one stops (Linux)",
            Forms.BOOL);
    static final Setting<Set<PosixFilePermission>> AUTHZ_SOCKET_MODE = add(
            "authz.socket-mode",
            "0660",
            "Who may connect to a Unix socket with a path: 0600 its owner, 0660 its group too, 0666 every user",
            Forms.socketMode());
    static final Setting<Duration> AUTHZ_TIMEOUT = add(
            "authz.timeout",
            "150ms",
            "The most that one decision may take, to within 5 ms; keep it below Envoy's own timeout",
            Forms.duration("1ms", "10s"));
    static final Setting<Integer> AUTHZ_MAX_CONCURRENT = add(
            "authz.max-concurrent",
            "4096",
            "Checks that may wait for Redis at once; more are answered 503 at once",
            Forms.integer(1, 1_000_000));

    static final Setting<ListenAddress> OPS_LISTEN =
            add("ops.listen", "127.0.0.1:9192", "The sidecar's /metrics, /livez and /readyz", Forms.TCP_ADDRESS);

    static final Setting<ListenAddress> CONTROL_LISTEN = add(
            "control.listen", "127.0.0.1:9193", "The control plane's port for calls and the page", Forms.TCP_ADDRESS);
    static final Setting<ListenAddress> CONTROL_OPS_LISTEN = add(
            "control.ops-listen",
            "127.0.0.1:9194",
            "The control plane's /metrics, /livez and /readyz, in plain text and whatever control.listen suffers",
            Forms.TCP_ADDRESS);
    static final Setting<List<AdminToken>> CONTROL_TOKENS = add(
            "control.tokens",
            "",
            "Who may use the control plane: name, role (operator, or manager or reader of a workspace) and hash"
                    + " of each; as a variable name:operator:sha256:<hex>,name:manager:workspace:sha256:<hex>,…",
            new AdminTokens());
    static final Setting<NamedFile> CONTROL_TOKENS_FILE = add(
            "control.tokens-file",
            "",
            "A file that holds control.tokens, as in the variable, instead of it; read again when it changes",
            Forms.FILE);
    static final Setting<Path> CONTROL_TLS_CERT_FILE = add(
            "control.tls-cert-file",
            "",
            "For TLS on control.listen, and then no plain text: the certificate and its chain (PEM)",
            PemFiles.CERTIFICATES);
    static final Setting<Path> CONTROL_TLS_KEY_FILE = add(
            "control.tls-key-file", "", "The key of control.tls-cert-file (PEM, PKCS #8, not encrypted)", PemFiles.KEY);
    static final Setting<Path> CONTROL_TLS_CA_FILE = add(
            "control.tls-ca-file",
            "",
            "To let in only clients with a certificate: those (PEM) of the CAs that may have signed it",
            PemFiles.CERTIFICATES);

    static final Setting<String> CONSOLE_API_URL = add(
            "console.api-url",
            "",
            "Where clients reach the API, for the curl that the page shows with a new key: https://api.example.com",
            Forms.text(
                    "http:// or https://, a host, and if need be a port and a path",
                    "https?://[A-Za-z0-9._~%:\\[\\]/-]{1,256}"));

    static final Setting<RedisUri> REDIS_URI = add(
            "redis.uri",
            "redis://127.0.0.1:6379",
            "Redis, and as whom to log in: redis://user:password@host:6379/0, or rediss:// for TLS",
            Forms.REDIS_URI);
    static final Setting<NamedFile> REDIS_URI_FILE =
            add("redis.uri-file", "", "A file that holds redis.uri; read again for each connection", Forms.FILE);
    static final Setting<Path> REDIS_TLS_CA_FILE = add(
            "redis.tls-ca-file",
            "",
            "For rediss://, the certificates (PEM) of the CAs that may have signed Redis' certificate; default:"
                    + " those the JDK trusts",
            PemFiles.CERTIFICATES);
    static final Setting<Path> REDIS_TLS_CERT_FILE = add(
            "redis.tls-cert-file",
            "",
            "For a Redis that wants a client certificate: the certificate and its chain (PEM)",
            PemFiles.CERTIFICATES);
    static final Setting<Path> REDIS_TLS_KEY_FILE =
            add("redis.tls-key-file", "", "The key of redis.tls-cert-file (PEM, PKCS #8, not encrypted)", PemFiles.KEY);
    static final Setting<Duration> REDIS_TIMEOUT = add(
            "redis.timeout",
            "50ms",
            "The most that one Redis command may take, to within 5 ms",
            Forms.duration("1ms", "10s"));
    static final Setting<String> REDIS_PREFIX = add(
            "redis.prefix",
            "latchkey:",
            "What all names in Redis start with",
            Forms.text("1 to 32 of letters, digits and :._- ending in :", "[A-Za-z0-9:._-]{0,31}:"));

    static final Setting<Boolean> CACHE_ENABLED = add(
            "cache.enabled",
            "true",
            "Whether the sidecar keeps records in memory, as long as they are surely true",
            Forms.BOOL);
    static final Setting<Integer> CACHE_MAX_ENTRIES = add(
            "cache.max-entries",
            "100000",
            "Records of keys that are kept, and as many of workspaces",
            Forms.integer(1, 10_000_000));
    static final Setting<Integer> CACHE_MAX_ABSENT = add(
            "cache.max-absent",
            "10000",
            "Digests without a record that are kept, apart from the records",
            Forms.integer(1, 10_000_000));
    static final Setting<Duration> CACHE_MAX_AGE = add(
            "cache.max-age",
            "5m",
            "At the latest after this a record is read again, although no change of it was seen",
            Forms.duration("1s", "1d"));
    static final Setting<Duration> CACHE_LEASE = add(
            "cache.lease",
            "2s",
            "The longest that a change may go unseen under any single fault: without an answer from Redis for"
                    + " so long, nothing in memory is used",
            // Lost pushes are detected only after the second between two canaries and the heartbeat that follows.
            Forms.duration("2s", "1m"));

    static final Setting<String> KEYS_BRAND = add("keys.brand", "opt", "What every key starts with", Forms.BRAND);
    static final Setting<Boolean> KEYS_ACCEPT_IMPORTED =
            add("keys.accept-imported", "false", "Whether keys with an imported body are accepted", Forms.BOOL);
    static final Setting<Peppers> KEYS_PEPPERS = addAlias(
            "keys.peppers",
            "The secrets under which keys are digested, the newest first: 2:<base64>,1:<base64>; required",
            Forms.PEPPERS,
            "LATCHKEY_PEPPERS");
    static final Setting<NamedFile> KEYS_PEPPERS_FILE = addAlias(
            "keys.peppers-file", "A file that holds keys.peppers, instead of it", Forms.FILE, "LATCHKEY_PEPPERS_FILE");
    static final Setting<Set<Integer>> KEYS_ABANDONED_PEPPERS = add(
            "keys.abandoned-peppers",
            "",
            "Versions of peppers that may be missing although active keys were made under them: those stop working",
            Forms.pepperVersions());
    static final Setting<Duration> KEYS_RETENTION = add(
            "keys.retention",
            "400d",
            "How long the record of a key is kept after the key's end",
            Forms.duration("1d", "3650d"));

    static final Setting<Integer> KEYS_IMPORTS_PER_SECOND = add(
            "keys.imports-per-second",
            "10000",
            "Keys that one control plane imports in a second at most: each is a push to every sidecar",
            Forms.integer(250, 1_000_000));

    static final Setting<Integer> KEYS_MAX_PER_WORKSPACE = add(
            "keys.max-per-workspace",
            "100000",
            "The most keys that a workspace can hold, ended ones included, so that none fills Redis for all",
            Forms.integer(1, 10_000_000));

    static final Setting<Duration> AUDIT_RETENTION = add(
            "audit.retention", "400d", "How long an entry of the audit trail is kept", Forms.duration("1d", "3650d"));
    static final Setting<Integer> AUDIT_MAX_PER_WORKSPACE = add(
            "audit.max-per-workspace",
            "300000",
            "About how many entries the audit trail of a workspace can hold; beyond, the oldest go before their time",
            Forms.integer(1000, 100_000_000));

    static final Setting<NamedFile> POLICY =
            add("policy", "policy.yaml", "The policy file; the control plane reads its scopes", Forms.FILE);
    static final Setting<Map<String, NamedFile>> POLICIES = add(
            "policies",
            "",
            "More policy files by name, for routes that choose one; as a variable name=path,…",
            new NamedPolicies());

    static final Setting<String> HEADERS_PREFIX = add(
            "headers.prefix",
            "x-latchkey-",
            "What the headers to the upstream start with",
            Forms.text("1 to 64 lower-case header-name characters ending in -", LOWER_TOKEN + "{0,63}-"));
    static final Setting<Boolean> HEADERS_REMOVE_OVERRIDES = add(
            "headers.remove-overrides",
            "true",
            "Whether headers that name another method or URL are removed before the upstream",
            Forms.BOOL);

    static final Setting<String> ERRORS_BASE = add(
            "errors.base",
            "urn:latchkey:error:",
            "What the type of an error body starts with; the code follows",
            Forms.text("1 to 256 visible ASCII characters without \" and \\", "[" + VISIBLE + "]{1,256}"));
    static final Setting<String> REALM = add(
            "realm",
            "latchkey",
            "The realm of WWW-Authenticate",
            Forms.text("1 to 64 visible ASCII characters or spaces, without \" and \\", "[ " + VISIBLE + "]{1,64}"));

    static final Setting<Duration> READY_GRACE = add(
            "ready.grace",
            "30s",
            "After this a sidecar is ready although it never reached Redis",
            Forms.duration("0s", "1h"));
    static final Setting<Boolean> READY_FOLLOW_REDIS =
            add("ready.follow-redis", "false", "Whether a later loss of Redis makes a sidecar unready", Forms.BOOL);
    static final Setting<Duration> READY_WARM_UP = add(
            "ready.warm-up",
            "3s",
            "For how long a sidecar warms up at most, by deciding made-up checks, before it is ready; 0s: it does not",
            Forms.duration("0s", "1m"));

    static final Setting<Duration> DRAIN_DELAY =
            add("drain.delay", "2s", "At the end, the time between NOT_SERVING and GOAWAY", Forms.duration("0s", "5m"));
    static final Setting<Duration> DRAIN_TIMEOUT =
            add("drain.timeout", "10s", "At the end, the time for calls in flight", Forms.duration("0s", "10m"));

    private SettingTable() {}

    /** Returns every setting, in the order of the documentation. */
    static List<Setting<?>> all() {
        return Collections.unmodifiableList(SETTINGS);
    }

    private static <T> Setting<T> add(String key, String fallback, String description, Form<T> form) {
        return add(new Setting<>(key, fallback, description, form, ""));
    }

    private static <T> Setting<T> addAlias(String key, String description, Form<T> form, String alias) {
        return add(new Setting<>(key, "", description, form, alias));
    }

    private static <T> Setting<T> add(Setting<T> setting) {
        SETTINGS.add(setting);
        return setting;
    }
}
