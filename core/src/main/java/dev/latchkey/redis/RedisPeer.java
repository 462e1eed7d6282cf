package dev.latchkey.redis;

import dev.latchkey.index.IndexException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * The Redis at the other end of a link, and the meaning of its errors for people.
 *
 * @param address host, port and database
 * @param user the user name of the login
 * @param tls whether the connection must be encrypted
 */
public record RedisPeer(String address, String user, boolean tls) {
    private static final Pattern REFUSED_COMMAND = Pattern.compile("'([a-z|]+)' command");
    // Redis 5 and some proxies quote the arguments of an unknown command, including the password of a login.
    private static final Pattern QUOTED_ARGUMENTS = Pattern.compile(",? with args beginning with:.*", Pattern.DOTALL);
    private static final int MAX_QUOTED = 200;

    static RedisPeer of(RedisURI uri) {
        // The credentials of a URI are available at once, so that join() does not block.
        RedisCredentials login =
                uri.getCredentialsProvider().resolveCredentials().toFuture().join();
        return new RedisPeer(
                uri.getHost() + ":" + uri.getPort() + "/" + uri.getDatabase(),
                login.hasUsername() ? login.getUsername() : "default",
                uri.isSsl());
    }

    /** Returns the meaning of {@code failure} and how to fix the problem: one sentence without secrets. */
    String explain(Throwable failure) {
        if (find(failure, IndexException.class).isPresent()) {
            return String.valueOf(failure.getMessage());
        }
        return "Redis at " + address + " "
                + find(failure, RedisCommandExecutionException.class)
                        .map(refusal -> refused(String.valueOf(refusal.getMessage())))
                        .orElseGet(() -> failed(failure));
    }

    /** Returns a message about permissions that the user lacks. */
    String lacks(Iterable<String> rules) {
        return "Redis at " + address + " does not permit the user '" + user
                + "' all that Latchkey needs; in Redis: ACL SETUSER " + user + " " + String.join(" ", rules);
    }

    /** Returns whether Redis refused a command because the user lacks a permission. */
    public static boolean isLack(String refusal) {
        return RedisError.of(refusal) == RedisError.NOPERM;
    }

    /**
     * Returns the rule that permits the command named in a refusal; empty if the refusal has another reason or
     * names no command.
     */
    public static Optional<String> lackingCommand(String refusal) {
        Matcher command = REFUSED_COMMAND.matcher(refusal);
        return isLack(refusal) && command.find() ? Optional.of("+" + command.group(1)) : Optional.empty();
    }

    private String refused(String message) {
        RedisError error = RedisError.of(message);
        return switch (error) {
            case NOAUTH -> "wants a login and redis.uri has none (NOAUTH); expected: redis://user:password@host:port";
            case WRONGPASS ->
                "refuses the login of the user '" + user + "' (WRONGPASS: there is no such user, its password"
                        + " is another, or it is off); correct redis.uri, or the user in Redis by ACL SETUSER " + user;
            case NOPERM ->
                "does not permit the user '" + user + "' what Latchkey needs ("
                        + quoted(message) + ")"
                        + lackingCommand(message)
                                .map(rule -> "; in Redis: ACL SETUSER " + user + " " + rule)
                                .orElse("; expected: the rules in Latchkey's README");
            case LOADING -> "is loading its data (LOADING); it answers when it is done";
            case READONLY -> "is a read-only replica (READONLY); expected in redis.uri: its primary";
            case MASTERDOWN -> "is a replica without its primary (MASTERDOWN); expected in redis.uri: the primary";
            case OOM -> "is full (OOM); raise its maxmemory";
            case MISCONF -> "cannot save its data and takes no changes (MISCONF); its own log says why";
            case NOREPLICAS -> "has too few replicas and takes no changes (NOREPLICAS); see its min-replicas-to-write";
            case BUSY -> "is busy with a script (BUSY) and answers when that is done";
            case TRYAGAIN -> "asks to try again (TRYAGAIN)";
            case NOSCRIPT -> "does not know a script (NOSCRIPT)";
            case DENIED ->
                "is in protected mode (DENIED) and answers only on its own machine; give it a password, or"
                        + " protected-mode no";
            case MOVED, ASK, CLUSTERDOWN, CROSSSLOT ->
                "is a node of a Redis Cluster (" + error + "); expected in redis.uri: a Redis that is none";
            case MAX_CLIENTS -> "has no free connection (" + quoted(message) + "); raise its maxclients";
            case NO_DATABASE ->
                "has no database of this number (" + quoted(message) + "); expected in redis.uri: one that it has";
            case UNKNOWN_COMMAND, NOPROTO ->
                "does not know a command that Latchkey needs (" + quoted(message) + "); expected: Redis 7.0 or newer";
            case WRONGTYPE ->
                "holds a value of another type under one of Latchkey's names (WRONGTYPE); is redis.prefix another"
                        + " service's?";
            case BAD_REPLY ->
                "answers what Redis does not (" + quoted(message) + "); is it a Redis, or a proxy before it at fault?";
            case OTHER -> "refuses a command (" + quoted(message) + ")";
        };
    }

    private String failed(Throwable failure) {
        Optional<SSLException> ssl = find(failure, SSLException.class);
        if (ssl.isPresent()) {
            return noTls(ssl.get());
        }
        if (find(failure, NoSuchFileException.class).isPresent()
                || find(failure, CertificateException.class).isPresent()) {
            return "was not asked: a file of redis.tls-ca-file, redis.tls-cert-file or redis.tls-key-file"
                    + " cannot be read (" + rootMessage(failure) + ")";
        }
        if (find(failure, UnknownHostException.class).isPresent()) {
            return "was not found: there is no host of this name; correct redis.uri, or the DNS";
        }
        Optional<ConnectException> connect = find(failure, ConnectException.class);
        if (connect.isPresent()) {
            return notConnected(connect.get());
        }
        Optional<RedisCommandTimeoutException> timeout = find(failure, RedisCommandTimeoutException.class);
        if (timeout.isPresent()) {
            return String.valueOf(timeout.get().getMessage()).contains("initialization")
                    ? "takes the connection and says nothing; " + otherPort()
                    : "does not answer in time";
        }
        if (rootMessage(failure).contains("size exceeded")) {
            return "does not answer, and the queue of commands to it is full";
        }
        if (isWordless(failure)) {
            return "closes the connection; " + otherPort();
        }
        return "cannot be asked: " + rootMessage(failure);
    }

    /**
     * Returns whether the other end, Redis or another server, closed the connection without a reason that arrived here.
     */
    static boolean isWordless(Throwable failure) {
        boolean known = find(failure, ConnectException.class).isPresent()
                || find(failure, SSLException.class).isPresent()
                || find(failure, RedisCommandExecutionException.class).isPresent()
                || find(failure, RedisCommandTimeoutException.class).isPresent();
        return !known
                && (find(failure, ClosedChannelException.class).isPresent()
                        || rootMessage(failure).contains("onnection"));
    }

    private String otherPort() {
        return tls
                ? "is it a port for TLS? redis.uri is rediss://"
                : "if it expects TLS, redis.uri must be rediss:// instead of redis://";
    }

    /**
     * Describes a failure to connect. Native transports put their function name and error number before the message.
     */
    private static String notConnected(ConnectException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("refused")) {
            return "cannot be reached: connection refused; is Redis running there, and redis.uri right?";
        }
        return message.contains("timed out")
                ? "cannot be reached: no answer from the machine; is redis.uri right, or a firewall in the way?"
                : "cannot be reached: "
                        + message.substring(message.lastIndexOf(": ") < 0 ? 0 : message.lastIndexOf(": ") + 2);
    }

    private static String noTls(SSLException failure) {
        if (find(failure, NotSslRecordException.class).isPresent()) {
            return "does not speak TLS on this port, and redis.uri is rediss://; expected: its port for TLS";
        }
        if (find(failure, CertificateExpiredException.class).isPresent()) {
            return "shows a certificate that has expired; renew it";
        }
        if (find(failure, CertPathBuilderException.class).isPresent()
                || find(failure, CertPathValidatorException.class).isPresent()) {
            return "shows a certificate that no trusted CA has signed; expected: a file with its CA in"
                    + " redis.tls-ca-file";
        }
        if (find(failure, SslHandshakeTimeoutException.class).isPresent()) {
            return "takes the connection and says nothing; is it a port for TLS? redis.uri is rediss://";
        }
        String message = rootMessage(failure);
        if (message.startsWith("No ") && message.contains("found")) {
            return "shows a certificate for another host (" + message
                    + "); expected: a host in redis.uri that is in the certificate";
        }
        return message.contains("certificate") || message.contains("handshake_failure")
                ? "ends the TLS handshake (" + message + "); does it want a client certificate that it trusts, in"
                        + " redis.tls-cert-file and redis.tls-key-file?"
                : "ends the TLS handshake (" + message + ")";
    }

    private static String quoted(String message) {
        String shown = QUOTED_ARGUMENTS.matcher(message).replaceFirst("").strip();
        return shown.length() <= MAX_QUOTED ? shown : shown.substring(0, MAX_QUOTED) + "…";
    }

    /**
     * Returns the first exception of {@code type} among {@code failure} and its causes. Lettuce wraps some exceptions.
     */
    static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : quoted(message);
    }
}
