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
 * The settings of a process, checked by {@link SettingsLoader}; {@link SettingsLoader#reference()} describes each
 * setting. Both processes read the same settings, so that one file serves both. This class is immutable, and no
 * {@code toString()} shows a secret.
 *
 * @param realm the realm of the {@code WWW-Authenticate} challenge (RFC 9110 section 11.5)
 * @param warnings insecure but permitted settings, for people: one line each, without secrets
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
     * @param sharePort whether another process of the same user can listen on the same TCP port
     * @param socketMode the permissions of a Unix socket
     * @param timeout the longest time that one decision can take; should be shorter than Envoy's own timeout
     * @param maxConcurrent the most checks that can wait for Redis at once; further checks are answered 503 immediately
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
     * The sidecar's endpoint for metrics and health.
     *
     * @param listen always a {@link ListenAddress.Tcp}
     */
    public record Ops(ListenAddress listen) {}

    /**
     * The control plane's API port and the tokens that it accepts, and the port for probes and metrics.
     *
     * @param listen always a {@link ListenAddress.Tcp}
     * @param opsListen always a {@link ListenAddress.Tcp}
     * @param tls the server's PEM files; empty for plain text
     * @param tokens tokens with distinct names; at least one in the control plane
     * @param tokensFile the file that the tokens come from; empty if they do not come from a file of their own
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
     * The console page.
     *
     * @param apiUrl the URL under which clients reach the API; empty if unknown
     */
    public record Console(Optional<String> apiUrl) {}

    /**
     * The PEM files of a server. The loader has checked that all are readable and that certificate and key match.
     *
     * @param certificate the certificate with its chain
     * @param key the private key of {@code certificate}, PKCS #8 and not encrypted
     * @param ca the certificates of the CAs that can sign client certificates, which clients then must present; empty
     *     if clients need no certificate
     */
    public record ServerTls(Path certificate, Path key, Optional<Path> ca) {}

    /**
     * The connection to the key index.
     *
     * @param uriFile the file that the URI comes from; empty if the URI does not come from a file of its own
     * @param tls the PEM files for a {@code rediss} URI; the loader has checked that they are readable
     * @param timeout the longest time that one command can take
     * @param prefix the prefix of all names in Redis; ends in {@code :}
     */
    public record Redis(RedisUri uri, Optional<RedisUriFile> uriFile, TlsFiles tls, Duration timeout, String prefix) {}

    /**
     * The near cache of the sidecar.
     *
     * @param enabled whether the sidecar caches records
     * @param maxEntries the most records of keys, and separately the most records of workspaces
     * @param maxAbsent the most digests without a record
     * @param maxAge the age after which a record is read again, at the latest
     * @param lease how long cached records can be used after the sidecar sent a heartbeat that Redis answered
     */
    public record Cache(boolean enabled, int maxEntries, int maxAbsent, Duration maxAge, Duration lease) {}

    /**
     * The API keys.
     *
     * @param brand the prefix of every key
     * @param acceptImported whether a sidecar accepts keys of the imported form
     * @param abandonedPeppers the pepper versions that the control plane does not require although active keys use them
     * @param retention how long the record of a key is kept after the key has ended
     * @param importsPerSecond the most keys that one control plane imports per second
     * @param maxPerWorkspace the most keys that a workspace can hold, ended keys included
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
     * @param maxPerWorkspace the approximate number of entries that a workspace can hold
     */
    public record Audit(Duration retention, int maxPerWorkspace) {}

    /**
     * The paths of the policy files; the files are not read yet.
     *
     * @param file the policy for routes that name no policy
     * @param named the other policies, by the name that a route gives in {@code latchkey.policy}
     */
    public record Policies(NamedFile file, Map<String, NamedFile> named) {
        public Policies {
            named = Map.copyOf(named);
        }
    }

    /**
     * The headers of requests to the upstream.
     *
     * @param prefix the prefix of the header names that Latchkey sets; lower case, ends in {@code -}
     * @param removeOverrides whether to remove headers that name another method or URL
     */
    public record Headers(String prefix, boolean removeOverrides) {}

    /**
     * The bodies of denials (RFC 9457).
     *
     * @param base the prefix of {@code type}, before the code
     */
    public record Errors(String base) {}

    /**
     * The conditions under which a sidecar is ready.
     *
     * @param grace the time after which the sidecar is ready even if it never reached Redis
     * @param followRedis whether a later loss of Redis makes the sidecar unready
     * @param warmUp the longest time for the warm-up; zero for no warm-up
     */
    public record Ready(Duration grace, boolean followRedis, Duration warmUp) {}

    /**
     * The shutdown of a process.
     *
     * @param delay the time between NOT_SERVING and GOAWAY
     * @param timeout the time for the calls in flight after GOAWAY
     */
    public record Drain(Duration delay, Duration timeout) {}
}
