package dev.latchkey.config;

import dev.latchkey.key.Peppers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the settings of a process from a YAML file and from variables, which win. Stateless, logs nothing. */
public final class SettingsLoader {
    // Of other commands, which share the environment.
    private static final Set<String> OTHER_VARIABLES = Set.of("LATCHKEY_CONTROL", "LATCHKEY_TOKEN", "LATCHKEY_CACHE");
    private static final String DEMO_VARIABLES = "LATCHKEY_DEMO_";

    private final Problems problems = new Problems();
    private final Values values;

    private SettingsLoader(@Nullable Path file, Map<String, String> env) {
        List<Given> given = file == null ? List.of() : ConfigFile.read(file, problems);
        KnownKeys.check(given, problems);
        this.values = new Values(given, env, problems);
    }

    /** Which process is to run; decides which secrets it cannot do without. */
    public enum ProcessKind {
        /** Needs peppers. */
        SIDECAR,
        /** Needs peppers and at least one admin token. */
        CONTROL
    }

    /**
     * What was read.
     *
     * @param unknownVariables sorted names of {@code LATCHKEY_} variables that mean nothing to any command. They are to be logged,
     *     no more: Kubernetes injects such
     */
    public record Loaded(Settings settings, List<String> unknownVariables) {
        public Loaded {
            unknownVariables = List.copyOf(unknownVariables);
        }
    }

    /**
     * Reads and checks all settings.
     *
     * @param file in YAML, its keys nested or dotted; null for none
     * @param env the variables
     * @throws InvalidSettingsException with every problem: unknown and repeated keys, bad values, missing secrets; if the file is
     *     not readable, with that alone
     */
    public static Loaded load(ProcessKind process, @Nullable Path file, Map<String, String> env) {
        return new Loaded(new SettingsLoader(file, env).settings(process), unknownVariables(env));
    }

    /** Returns every setting, in the order of the documentation. */
    public static List<SettingInfo> reference() {
        return SettingTable.all().stream()
                .map(s -> new SettingInfo(s.key(), s.variables(), s.fallback(), s.description()))
                .toList();
    }

    private Settings settings(ProcessKind process) {
        Settings.Authz authz = new Settings.Authz(
                values.get(SettingTable.AUTHZ_LISTEN),
                values.get(SettingTable.AUTHZ_TIMEOUT),
                values.get(SettingTable.AUTHZ_MAX_CONCURRENT));
        Settings.Ops ops = new Settings.Ops(values.get(SettingTable.OPS_LISTEN));
        Settings.Control control = control(process);
        Settings.Redis redis = redis();
        Settings.Keys keys = keys();
        Map<String, Path> named = values.find(SettingTable.POLICIES);
        Settings.Policies policies =
                new Settings.Policies(values.get(SettingTable.POLICY), named == null ? Map.of() : named);
        Settings.Headers headers = new Settings.Headers(
                values.get(SettingTable.HEADERS_PREFIX), values.get(SettingTable.HEADERS_REMOVE_OVERRIDES));
        Settings.Errors errors = new Settings.Errors(values.get(SettingTable.ERRORS_BASE));
        String realm = values.get(SettingTable.REALM);
        Settings.Ready ready =
                new Settings.Ready(values.get(SettingTable.READY_GRACE), values.get(SettingTable.READY_FOLLOW_REDIS));
        Settings.Drain drain =
                new Settings.Drain(values.get(SettingTable.DRAIN_DELAY), values.get(SettingTable.DRAIN_TIMEOUT));
        problems.throwIfAny();
        return new Settings(authz, ops, control, redis, keys, policies, headers, errors, realm, ready, drain);
    }
}
