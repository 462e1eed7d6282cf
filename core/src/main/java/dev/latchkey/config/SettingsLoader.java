package dev.latchkey.config;

import dev.latchkey.config.value.ConfigFile;
import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RawValue;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.config.value.Setting;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.config.value.Values;
import dev.latchkey.key.Peppers;
import dev.latchkey.redis.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A loader of the settings of a process. It reads a YAML file and environment variables, which override the file. It
 * keeps no state between calls and logs nothing.
 */
public final class SettingsLoader {
    // Variables of other commands, which share the environment.
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "LATCHKEY_CONTROL",
            "LATCHKEY_TOKEN",
            "LATCHKEY_TLS_CA_FILE",
            "LATCHKEY_TLS_CERT_FILE",
            "LATCHKEY_TLS_KEY_FILE",
            "LATCHKEY_CACHE");
    private static final String DEMO_VARIABLES = "LATCHKEY_DEMO_";

    private final SettingProblems problems = new SettingProblems();
    private final @Nullable Path file;
    private final Values values;
    private final Exposure exposure;

    private SettingsLoader(@Nullable Path file, Map<String, String> env) {
        this.file = file;
        List<RawValue> given = file == null ? List.of() : ConfigFile.read(file, problems);
        KnownKeys.check(given, problems);
        this.values = new Values(given, env, problems);
        this.exposure = new Exposure(values, problems);
    }

    /** The process to run, which decides which secrets are required. */
    public enum ProcessKind {
        /** The sidecar, which requires peppers. */
        SIDECAR,
        /** The control plane, which requires peppers and at least one admin token. */
        CONTROL
    }

    /**
     * The loaded settings.
     *
     * @param unknownVariables the sorted names of {@code LATCHKEY_} variables that no command knows. Callers must only
     *     log them, not reject them, because Kubernetes injects such variables
     */
    public record Loaded(Settings settings, List<String> unknownVariables) {
        public Loaded {
            unknownVariables = List.copyOf(unknownVariables);
        }
    }

    /** A check of the policy files, so that the one report of all problems includes the faults in these files. */
    @FunctionalInterface
    public interface PolicyCheck {
        /** Returns all problems, one line each. */
        Collection<String> problems(Settings.Policies files);
    }

    /** Reads and checks all settings, but not the content of the policy files; otherwise like the other overload. */
    public static Loaded load(ProcessKind process, @Nullable Path file, Map<String, String> env) {
        return load(process, file, env, files -> List.of());
    }

    /**
     * Reads and checks all settings.
     *
     * @param file a YAML file with nested or dotted keys; null for no file
     * @param env the environment variables
     * @param check the check of the policy files; skipped if the setting {@code policy} is invalid
     * @throws InvalidSettingsException with all problems: unknown and repeated keys, invalid values, missing secrets,
     *     and the problems from {@code check}. If the file cannot be read, with that problem alone
     */
    public static Loaded load(ProcessKind process, @Nullable Path file, Map<String, String> env, PolicyCheck check) {
        return new Loaded(new SettingsLoader(file, env).settings(process, check), unknownVariables(env));
    }

    /** Returns all settings in the order of the documentation. */
    public static List<SettingInfo> reference() {
        return SettingTable.all().stream()
                .map(s -> new SettingInfo(s.key(), s.variables(), s.fallback(), s.description()))
                .toList();
    }

    private Settings settings(ProcessKind process, PolicyCheck check) {
        // The settings are read in the order of the table, so that the report has this order as well.
        Settings.Authz authz = new Settings.Authz(
                values.get(SettingTable.AUTHZ_LISTEN),
                values.get(SettingTable.AUTHZ_SHARE_PORT),
                values.get(SettingTable.AUTHZ_SOCKET_MODE),
                values.get(SettingTable.AUTHZ_TIMEOUT),
                values.get(SettingTable.AUTHZ_MAX_CONCURRENT));
        Settings.Ops ops = new Settings.Ops(values.get(SettingTable.OPS_LISTEN));
        Settings.Control control = new Settings.Control(
                values.get(SettingTable.CONTROL_LISTEN),
                values.get(SettingTable.CONTROL_OPS_LISTEN),
                controlTls(process),
                tokens(process),
                tokensFile());
        Settings.Console console = new Settings.Console(Optional.ofNullable(values.find(SettingTable.CONSOLE_API_URL)));
        RedisUri redisUri = redisUri();
        Settings.Redis redis = new Settings.Redis(
                redisUri,
                redisUriFile(),
                tlsFiles(redisUri),
                values.get(SettingTable.REDIS_TIMEOUT),
                values.get(SettingTable.REDIS_PREFIX));
        Settings.Cache cache = new Settings.Cache(
                values.get(SettingTable.CACHE_ENABLED),
                values.get(SettingTable.CACHE_MAX_ENTRIES),
                values.get(SettingTable.CACHE_MAX_ABSENT),
                values.get(SettingTable.CACHE_MAX_AGE),
                values.get(SettingTable.CACHE_LEASE));
        String brand = values.get(SettingTable.KEYS_BRAND);
        boolean acceptImported = values.get(SettingTable.KEYS_ACCEPT_IMPORTED);
        Peppers peppers = peppers();
        Set<Integer> abandonedPeppers = abandonedPeppers();
        Duration retention = values.get(SettingTable.KEYS_RETENTION);
        int importsPerSecond = values.get(SettingTable.KEYS_IMPORTS_PER_SECOND);
        int maxPerWorkspace = values.get(SettingTable.KEYS_MAX_PER_WORKSPACE);
        Settings.Audit audit = new Settings.Audit(
                values.get(SettingTable.AUDIT_RETENTION), values.get(SettingTable.AUDIT_MAX_PER_WORKSPACE));
        Settings.Policies policies = new Settings.Policies(values.get(SettingTable.POLICY), namedPolicies());
        if (!values.isGiven(SettingTable.POLICY) || values.find(SettingTable.POLICY) != null) {
            check.problems(policies).forEach(problems::add);
        }
        Settings.Headers headers = new Settings.Headers(
                values.get(SettingTable.HEADERS_PREFIX), values.get(SettingTable.HEADERS_REMOVE_OVERRIDES));
        Settings.Errors errors = new Settings.Errors(values.get(SettingTable.ERRORS_BASE));
        String realm = values.get(SettingTable.REALM);
        Settings.Ready ready = new Settings.Ready(
                values.get(SettingTable.READY_GRACE),
                values.get(SettingTable.READY_FOLLOW_REDIS),
                values.get(SettingTable.READY_WARM_UP));
        Settings.Drain drain =
                new Settings.Drain(values.get(SettingTable.DRAIN_DELAY), values.get(SettingTable.DRAIN_TIMEOUT));
        if (file != null) {
            exposure.configFile(file);
        }
        exposure.redis(redis);
        exposure.peppersAndPolicies(policies);
        exposure.process(process, authz, control);
        problems.throwIfAny();
        Settings.Keys keys = new Settings.Keys(
                brand,
                acceptImported,
                Objects.requireNonNull(peppers, "no problem, so set"),
                abandonedPeppers,
                retention,
                importsPerSecond,
                maxPerWorkspace);
        return new Settings(
                authz,
                ops,
                control,
                console,
                redis,
                cache,
                keys,
                audit,
                policies,
                headers,
                errors,
                realm,
                ready,
                drain,
                exposure.warnings());
    }

    private List<AdminToken> tokens(ProcessKind process) {
        if (process == ProcessKind.CONTROL
                && !values.isGiven(SettingTable.CONTROL_TOKENS)
                && !values.isGiven(SettingTable.CONTROL_TOKENS_FILE)) {
            problems.add("control.tokens: not set (expected: at least one in the file, or name:operator:sha256:<hex>"
                    + " in LATCHKEY_CONTROL_TOKENS; latchkey token generate makes one)");
        }
        // A co-located sidecar may lack permission to read the control plane's tokens file.
        List<AdminToken> tokens = process == ProcessKind.CONTROL
                ? values.findSecret(SettingTable.CONTROL_TOKENS, SettingTable.CONTROL_TOKENS_FILE)
                : values.find(SettingTable.CONTROL_TOKENS);
        return tokens == null ? List.of() : tokens;
    }

    private Optional<TokensFile> tokensFile() {
        return Optional.ofNullable(values.findOwnFile(SettingTable.CONTROL_TOKENS_FILE, SettingTable.CONTROL_TOKENS))
                .map(TokensFile::new);
    }

    /** Reads the TLS files in the control plane only: a co-located sidecar may lack permission to read the key. */
    private Optional<Settings.ServerTls> controlTls(ProcessKind process) {
        if (process != ProcessKind.CONTROL) {
            return Optional.empty();
        }
        Path certificate = values.find(SettingTable.CONTROL_TLS_CERT_FILE);
        Path key = values.find(SettingTable.CONTROL_TLS_KEY_FILE);
        Path ca = values.find(SettingTable.CONTROL_TLS_CA_FILE);
        boolean given = bothOrNone(SettingTable.CONTROL_TLS_CERT_FILE, SettingTable.CONTROL_TLS_KEY_FILE);
        if (!given && values.isGiven(SettingTable.CONTROL_TLS_CA_FILE)) {
            problems.add("control.tls-ca-file: given, but control.listen is plain text (expected: the server's own"
                    + " control.tls-cert-file and control.tls-key-file as well)");
        }
        if (certificate == null || key == null) {
            return Optional.empty();
        }
        if (!PemFiles.belongTogether(certificate, key)) {
            problems.add(
                    "control.tls-cert-file, control.tls-key-file: the key is not that of the certificate (expected: the"
                            + " two of one pair; the server's certificate first in its file)");
        }
        return Optional.of(new Settings.ServerTls(certificate, key, Optional.ofNullable(ca)));
    }

    /** Returns whether at least one of the two settings is given, and reports a problem if only one is. */
    private boolean bothOrNone(Setting<?> first, Setting<?> second) {
        if (values.isGiven(first) != values.isGiven(second)) {
            problems.add(first.key() + ", " + second.key() + ": only one is given (expected: both or none)");
        }
        return values.isGiven(first) || values.isGiven(second);
    }

    private RedisUri redisUri() {
        RedisUri uri = values.findSecret(SettingTable.REDIS_URI, SettingTable.REDIS_URI_FILE);
        return uri == null ? SettingTable.REDIS_URI.fallbackValue() : uri;
    }

    private Optional<RedisUriFile> redisUriFile() {
        return Optional.ofNullable(values.findOwnFile(SettingTable.REDIS_URI_FILE, SettingTable.REDIS_URI))
                .map(RedisUriFile::new);
    }

    /** Rejects TLS files for a plain-text URI: an operator who sets them expects an encrypted connection. */
    private TlsFiles tlsFiles(RedisUri uri) {
        if (!uri.isTls()) {
            Stream.of(SettingTable.REDIS_TLS_CA_FILE, SettingTable.REDIS_TLS_CERT_FILE, SettingTable.REDIS_TLS_KEY_FILE)
                    .filter(values::isGiven)
                    .forEach(file -> problems.add(file.key() + ": given, but redis.uri is " + uri
                            + ", which is plain text (expected: rediss:// in redis.uri)"));
        }
        Path certificate = values.find(SettingTable.REDIS_TLS_CERT_FILE);
        Path key = values.find(SettingTable.REDIS_TLS_KEY_FILE);
        bothOrNone(SettingTable.REDIS_TLS_CERT_FILE, SettingTable.REDIS_TLS_KEY_FILE);
        boolean pair = certificate != null && key != null;
        return new TlsFiles(values.find(SettingTable.REDIS_TLS_CA_FILE), pair ? certificate : null, pair ? key : null);
    }

    private @Nullable Peppers peppers() {
        if (!values.isGiven(SettingTable.KEYS_PEPPERS) && !values.isGiven(SettingTable.KEYS_PEPPERS_FILE)) {
            problems.add("keys.peppers: not set (expected: 1:<base64 of at least 32 bytes> in LATCHKEY_PEPPERS, or"
                    + " the path of a file that holds it in LATCHKEY_PEPPERS_FILE; latchkey pepper generate makes"
                    + " one)");
        }
        return values.findSecret(SettingTable.KEYS_PEPPERS, SettingTable.KEYS_PEPPERS_FILE);
    }

    private Set<Integer> abandonedPeppers() {
        Set<Integer> versions = values.find(SettingTable.KEYS_ABANDONED_PEPPERS);
        return versions == null ? Set.of() : versions;
    }

    private Map<String, NamedFile> namedPolicies() {
        Map<String, NamedFile> named = values.find(SettingTable.POLICIES);
        return named == null ? Map.of() : named;
    }

    private static List<String> unknownVariables(Map<String, String> env) {
        Set<String> known = new HashSet<>(OTHER_VARIABLES);
        SettingTable.all().forEach(s -> known.addAll(s.variables()));
        return env.keySet().stream()
                .filter(name ->
                        name.startsWith(Setting.PREFIX) && !name.startsWith(DEMO_VARIABLES) && !known.contains(name))
                .sorted()
                .toList();
    }
}
