package dev.latchkey.config.value;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of Redis with the login, {@code redis[s]://[user:password@]host[:port][/database]}; {@code rediss} means
 * TLS. Special characters in user and password are %-encoded. The URI is a secret, but {@code toString()} omits the
 * password. This class is immutable.
 */
public final class RedisUri {
    public static final String EXPECTED = "redis://[user:password@]host[:port][/database], or rediss:// for TLS";

    private static final Pattern SCHEME = Pattern.compile("rediss?://.*", Pattern.DOTALL);
    private static final Pattern PATH = Pattern.compile("(?:/[0-9]{0,5})?");
    private static final int MAX_PORT = 65535;

    private final String text;
    private final String shown;
    private final String host;
    private final boolean hasPassword;

    private RedisUri(String text, String shown, String host, boolean hasPassword) {
        this.text = text;
        this.shown = shown;
        this.host = host;
        this.hasPassword = hasPassword;
    }

    /**
     * Parses the written form.
     *
     * @throws IllegalArgumentException if {@code text} has another form; the message quotes nothing
     */
    public static RedisUri parse(String text) {
        if (!SCHEME.matcher(text).matches()) {
            throw wrong("its scheme is not supported");
        }
        URI uri = uri(text);
        String userInfo = uri.getRawUserInfo();
        check(userInfo == null || hasPassword(userInfo), "its login is not user:password");
        check(uri.getPort() != 0 && uri.getPort() <= MAX_PORT, "its port is not within 1 to " + MAX_PORT);
        check(PATH.matcher(uri.getRawPath()).matches(), "its database is not a number");
        check(uri.getRawQuery() == null && uri.getRawFragment() == null, "it has parameters");
        return new RedisUri(text, shown(uri, userInfo), uri.getHost(), userInfo != null);
    }

    /** Returns whether the connection must be encrypted. */
    public boolean isTls() {
        return text.startsWith("rediss:");
    }

    /** Returns the host; an IPv6 address is in brackets. */
    public String host() {
        return host;
    }

    /** Returns whether the URI contains a password. */
    public boolean hasPassword() {
        return hasPassword;
    }

    /** Returns the URI with its password, for the client that opens the connection. */
    public String reveal() {
        return text;
    }

    private static URI uri(String text) {
        try {
            return new URI(text).parseServerAuthority();
        } catch (URISyntaxException e) {
            // The message of the exception quotes the input, so it is not passed on.
            throw wrong("it is not a URI with a host; other characters than letters, digits and -._~ need %-encoding");
        }
    }

    private static boolean hasPassword(String userInfo) {
        int colon = userInfo.indexOf(':');
        return colon >= 0 && colon < userInfo.length() - 1;
    }

    private static String shown(URI uri, @Nullable String userInfo) {
        String login = userInfo == null ? "" : userInfo.substring(0, userInfo.indexOf(':')) + ":***@";
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getScheme() + "://" + login + uri.getHost() + port + uri.getRawPath();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw wrong(otherwise);
        }
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + " (expected: " + EXPECTED + ")");
    }

    /** Two URIs are equal if their texts are equal. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RedisUri that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the URI with {@code ***} in place of the password. */
    @Override
    public String toString() {
        return shown;
    }
}
