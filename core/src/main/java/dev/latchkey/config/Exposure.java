package dev.latchkey.config;

import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.Setting;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.config.value.Values;
import dev.latchkey.exposure.FileExposure;
import dev.latchkey.exposure.Loopback;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A check of whether other users can read or change the files of one process, or read the traffic of its ports. A file
 * that every user can write is a problem. A secret that others can read, or plain text beyond this machine, is only a
 * warning, because a deployment can have reasons for either.
 */
final class Exposure {
    private static final String CONFIG = "--config";

    private final Values values;
    private final SettingProblems problems;
    private final Set<String> warnings = new LinkedHashSet<>();

    Exposure(Values values, SettingProblems problems) {
        this.values = values;
        this.problems = problems;
    }

    /** Checks {@code latchkey.yaml}, which counts as a secret if it contains peppers or the password of Redis. */
    void configFile(Path config) {
        boolean password = values.textsInFile(SettingTable.REDIS_URI).stream().anyMatch(uri -> uri.contains("@"));
        file(
                CONFIG,
                config,
                password || !values.textsInFile(SettingTable.KEYS_PEPPERS).isEmpty());
    }

    /** Checks the files and the URI for Redis, which both processes use. */
    void redis(Settings.Redis redis) {
        boolean secret = redis.uri().hasPassword();
        file(SettingTable.REDIS_URI_FILE, values.find(SettingTable.REDIS_URI_FILE), secret);
        file(SettingTable.REDIS_TLS_CA_FILE.key(), redis.tls().ca(), /* secret= */ false);
        file(SettingTable.REDIS_TLS_CERT_FILE.key(), redis.tls().certificate(), /* secret= */ false);
        file(SettingTable.REDIS_TLS_KEY_FILE.key(), redis.tls().key(), /* secret= */ true);
        if (!redis.uri().isTls() && !Loopback.is(redis.uri().host())) {
            warnings.add("redis.uri: " + redis.uri()
                    + " is plain text beyond this machine: whoever controls the network reads"
                    + " the password and changes records (expected: rediss://)");
        }
    }

    /** Checks the pepper and policy files, which both processes use. */
    void peppersAndPolicies(Settings.Policies policies) {
        file(SettingTable.KEYS_PEPPERS_FILE, values.find(SettingTable.KEYS_PEPPERS_FILE), /* secret= */ true);
        file(SettingTable.POLICY, policies.file(), /* secret= */ false);
        policies.named()
                .forEach((name, policy) ->
                        file(SettingTable.POLICIES.key() + "." + name, policy.path(), /* secret= */ false));
    }

    /** Checks the ports and files that only {@code process} uses. */
    void process(ProcessKind process, Settings.Authz authz, Settings.Control control) {
        if (process == ProcessKind.SIDECAR) {
            plainText(
                    SettingTable.AUTHZ_LISTEN,
                    authz.listen(),
                    "every API key",
                    "a loopback address, a Unix socket, or a network of Envoy and sidecar alone");
            return;
        }
        control.tokensFile()
                .ifPresent(tokens -> file(SettingTable.CONTROL_TOKENS_FILE, tokens.file(), /* secret= */ false));
        control.tls()
                .ifPresentOrElse(
                        this::controlTls,
                        () -> plainText(
                                SettingTable.CONTROL_LISTEN,
                                control.listen(),
                                "admin tokens and new keys",
                                "a loopback address, or control.tls-cert-file and control.tls-key-file"));
    }

    /** Returns the warnings, one line each and without secrets. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    private void controlTls(Settings.ServerTls tls) {
        file(SettingTable.CONTROL_TLS_CERT_FILE.key(), tls.certificate(), /* secret= */ false);
        file(SettingTable.CONTROL_TLS_KEY_FILE.key(), tls.key(), /* secret= */ true);
        file(SettingTable.CONTROL_TLS_CA_FILE.key(), tls.ca().orElse(null), /* secret= */ false);
    }

    private void plainText(Setting<ListenAddress> setting, ListenAddress listen, String seen, String expected) {
        if (listen instanceof ListenAddress.Tcp tcp && !Loopback.is(tcp.host())) {
            warnings.add(
                    setting.key() + ": " + listen + " is plain text beyond this machine: whoever controls the network"
                            + " reads " + seen + " (expected: " + expected + ")");
        }
    }

    private void file(Setting<NamedFile> setting, @Nullable NamedFile file, boolean secret) {
        file(setting.key(), file == null ? null : file.path(), secret);
    }

    private void file(String setting, @Nullable Path file, boolean secret) {
        if (file == null) {
            return;
        }
        String shown = setting + ": " + file.toAbsolutePath() + ": ";
        FileExposure.writableByAll(file).ifPresent(what -> problems.add(shown + what));
        FileExposure.otherWriters(file).forEach(what -> warnings.add(shown + what));
        if (secret) {
            FileExposure.readableByAll(file).ifPresent(what -> warnings.add(shown + what));
        }
    }
}
