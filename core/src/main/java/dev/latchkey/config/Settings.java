package dev.latchkey.config;

import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.key.Peppers;
import dev.latchkey.redis.TlsFiles;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a process, checked by {@link SettingsLoader}; what each means is in {@link SettingsLoader#reference()}. Both
 * processes read the same, so that one file serves both. Immutable, and no {@code toString()} shows a secret.
 *
 * @param realm of the {@code WWW-Authenticate} challenge (RFC 9110 section 11.5)
 * @param warnings what is insecure about them but allowed, for people: a line each and no secret
 */
public record Settings(
        Authz authz,
        Ops ops,
        Control control,
        Console console,
        Redis redis,
        Cache cache,
        Keys keys,
        Audit audit,
        Policies policies,
        Headers headers,
        Errors errors,
        String realm,
        Ready ready,
        Drain drain,
        List<String> warnings) {
    public Settings {
        warnings = List.copyOf(warnings);
    }

    /**
     * The ext_authz edge.
     *
     * @param sharePort whether another process of the same user may listen on the same TCP port
     * @param socketMode the permissions of a Unix socket
     * @param timeout the most that one decision may take; to be shorter than Envoy's own
     * @param maxConcurrent checks that may wait for Redis at once; more are answered 503 at once
     */
    public record Authz(
            ListenAddress listen,
            boolean sharePort,
            Set<PosixFilePermission> socketMode,
            Duration timeout,
            int maxConcurrent) {
        public Authz {
            socketMode = Set.copyOf(socketMode);
        }
    }

    /**
     * The sidecar's metrics and health.
     *
     * @param listen always a {@link ListenAddress.Tcp}
     */
    public record Ops(ListenAddress listen) {}

    /**
     * The control plane's port, and who may use it; and the port for probes and metrics.
     *
     * @param listen always a {@link ListenAddress.Tcp}
     * @param opsListen always a {@link ListenAddress.Tcp}
     * @param tls empty for plain text
     * @param tokens with distinct names; at least one in the control plane
     * @param tokensFile where they are from, if they are from a file of their own
     */
    public record Control(
            ListenAddress listen,
            ListenAddress opsListen,
            Optional<ServerTls> tls,
            List<AdminToken> tokens,
            Optional<TokensFile> tokensFile) {
        public Control {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * The page.
     *
     * @param apiUrl where clients reach the API; empty: not said
     */
    public record Console(Optional<String> apiUrl) {}

    /**
     * PEM files of a server; they have been seen to be readable, and certificate and key to belong together.
     *
     * @param certificate with its chain
     * @param key of {@code certificate}, PKCS #8 and not encrypted
     * @param ca the certificates of whoever may sign the clients', who then need one; empty: clients need none
     */
    public record ServerTls(Path certificate, Path key, Optional<Path> ca) {}

    /**
     * The key index.
     *
     * @param uriFile where the URI is from, if it is from a file of its own
     * @param tls files for a {@code rediss} URI, which have been seen to be readable
     * @param timeout the most that one command may take
     * @param prefix what all names start with; ends in {@code :}
     */
    public record Redis(RedisUri uri, Optional<RedisUriFile> uriFile, TlsFiles tls, Duration timeout, String prefix) {}

    /**
     * What the sidecar keeps in memory.
     *
     * @param enabled whether it keeps anything
     * @param maxEntries records of keys, and as many of workspaces
     * @param maxAbsent digests that have no record
     * @param maxAge at the latest after which a record is read again
     * @param lease for which memory may be used after the sending of a heartbeat that was answered
     */
    public record Cache(boolean enabled, int maxEntries, int maxAbsent, Duration maxAge, Duration lease) {}

    /**
     * The keys.
     *
     * @param brand what every key starts with
     * @param acceptImported whether a sidecar takes keys of the imported form
     * @param abandonedPeppers versions that the control plane does not miss
     * @param retention how long a record outlives its key's end
     * @param importsPerSecond that a control plane makes at most
     * @param maxPerWorkspace the most keys that a workspace can hold, ended ones included
     */
    public record Keys(
            String brand,
            boolean acceptImported,
            Peppers peppers,
            Set<Integer> abandonedPeppers,
            Duration retention,
            int importsPerSecond,
            int maxPerWorkspace) {
        public Keys {
            abandonedPeppers = Set.copyOf(abandonedPeppers);
        }
    }

    /**
     * The audit trail.
     *
     * @param retention how long an entry is kept
     * @param maxPerWorkspace about how many entries a workspace can hold
     */
    public record Audit(Duration retention, int maxPerWorkspace) {}

    /**
     * The policy files; not read yet.
     *
     * @param file of the policy that holds where a route names none
     * @param named the others, by the name that a route's {@code latchkey.policy} gives
     */
    public record Policies(NamedFile file, Map<String, NamedFile> named) {
        public Policies {
            named = Map.copyOf(named);
        }
    }

    /**
     * What the upstream gets.
     *
     * @param prefix of the header names that Latchkey sets; lower case, ends in {@code -}
     * @param removeOverrides whether headers that name another method or URL are removed
     */
    public record Headers(String prefix, boolean removeOverrides) {}

    /**
     * The bodies of denials (RFC 9457).
     *
     * @param base of {@code type}, followed by the code
     */
    public record Errors(String base) {}

    /**
     * When a sidecar is ready.
     *
     * @param grace after which it is ready although Redis was never reached
     * @param followRedis whether a later loss of Redis makes it unready
     * @param warmUp the most that warming up may take; zero for none
     */
    public record Ready(Duration grace, boolean followRedis, Duration warmUp) {}

    /**
     * How a process ends.
     *
     * @param delay between NOT_SERVING and GOAWAY
     * @param timeout for the calls in flight after that
     */
    public record Drain(Duration delay, Duration timeout) {}
}
