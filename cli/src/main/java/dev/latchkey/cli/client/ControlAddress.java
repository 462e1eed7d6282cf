package dev.latchkey.cli.client;

import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.TerminalText;
import java.net.URI;
import java.net.URISyntaxException;

/** Where the control plane is. {@code toString()} is the URL. */
record ControlAddress(boolean tls, String host, int port) {
    private static final String EXPECTED = " (expected: http://host:port or https://host:port)";
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /**
     * Reads a URL that has a scheme, a host and perhaps a port, and nothing else.
     *
     * @param origin the option or variable that it is from
     * @throws CommandFailure if it is not
     */
    static ControlAddress parse(String url, String origin) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw CommandFailure.usage(origin + ": " + TerminalText.line(url) + EXPECTED);
        }
        if (uri.getRawUserInfo() != null) {
            // It may hold a password: not shown.
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

    /** Returns {@code host:port}; an IPv6 address in brackets, as in the URL. */
    String authority() {
        return host + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority();
    }
}
