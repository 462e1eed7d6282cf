package dev.latchkey.cli.client;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.TerminalText;
import java.net.URI;
import java.net.URISyntaxException;

/** The address of the control plane. {@code toString()} returns the URL. */
record ControlAddress(boolean tls, String host, int port) {
    private static final String EXPECTED = " (expected: http://host:port or https://host:port)";
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /**
     * Parses a URL that has a scheme, a host, an optional port, and nothing else but an optional slash at the end.
     *
     * @param origin the option or variable that holds the URL, for messages
     * @throws CommandFailure if the URL has another form
     */
    static ControlAddress parse(String url, String origin) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw CommandFailure.usage(origin + ": " + TerminalText.line(url) + EXPECTED);
        }
        if (uri.getRawUserInfo() != null) {
            // The user information might hold a password, so the URL is not shown.
            throw CommandFailure.usage(origin + ": has a user" + EXPECTED);
        }
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        String path = uri.getRawPath();
        if ((!tls && !"http".equalsIgnoreCase(uri.getScheme()))
                || uri.getHost() == null
                || !(path.isEmpty() || path.equals("/"))
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw CommandFailure.usage(origin + ": " + TerminalText.line(url) + EXPECTED);
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
        if (port < 1 || port > 65535) {
            throw CommandFailure.usage(origin + ": " + TerminalText.line(url) + EXPECTED);
        }
        return new ControlAddress(tls, uri.getHost(), port);
    }

    /** Returns {@code host:port}. An IPv6 address is in brackets, as in the URL. */
    String authority() {
        return host + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority();
    }
}
