package dev.latchkey.server.authz;

import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.key.AuthorizationHeader;
import dev.latchkey.key.Credential;
import dev.latchkey.key.KeyFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts that a decision needs from the headers of one request. The headers are added one after the other; only the
 * needed values become strings.
 *
 * <p>This class is not thread-safe.
 */
final class HeaderFacts {
    private static final byte[] PATH = ascii(":path");
    private static final byte[] AUTHORIZATION = ascii("authorization");
    private static final byte[] REQUEST_ID = ascii("x-request-id");
    private static final byte[] CONTENT_TYPE = ascii("content-type");
    private static final byte[] ORIGIN = ascii("origin");
    private static final byte[] ACCESS_CONTROL_REQUEST_METHOD = ascii("access-control-request-method");

    private final byte[] message;
    private final IdentityHeaders identity;
    private int authorizations;
    private int authorizationStart;
    private int authorizationEnd;
    private boolean hasPath;
    private int pathStart;
    private int pathEnd;
    private RequestId requestId = RequestId.NONE;
    private boolean grpc;
    private boolean origin;
    private boolean accessControlRequestMethod;
    private @Nullable List<String> otherSpellings;

    /** @param message the bytes into which all offsets point */
    HeaderFacts(byte[] message, IdentityHeaders identity) {
        this.message = message;
        this.identity = identity;
    }

    /** Adds an entry of {@code header_map}: one header line as it was sent, by the bounds of its name and value. */
    void raw(int name, int nameEnd, int value, int valueEnd) {
        if (is(PATH, name, nameEnd)) {
            hasPath = true;
            pathStart = value;
            pathEnd = valueEnd;
        } else {
            header(name, nameEnd, value, valueEnd);
        }
    }

    /** Adds an entry of {@code headers}: all lines of one name, joined by a comma. Ignores {@code :path}. */
    void header(int name, int nameEnd, int value, int valueEnd) {
        if (is(AUTHORIZATION, name, nameEnd)) {
            authorizations++;
            authorizationStart = value;
            authorizationEnd = valueEnd;
        } else if (is(REQUEST_ID, name, nameEnd)) {
            requestId = RequestId.in(message, value, valueEnd);
        } else if (is(CONTENT_TYPE, name, nameEnd)) {
            grpc = isGrpc(latin1(value, valueEnd));
        } else if (is(ORIGIN, name, nameEnd)) {
            origin = true;
        } else if (is(ACCESS_CONTROL_REQUEST_METHOD, name, nameEnd)) {
            accessControlRequestMethod = true;
        } else if (identity.isOtherSpelling(message, name, nameEnd)) {
            otherSpelling(latin1(name, nameEnd));
        }
    }

    /** Returns the credential; more than one {@code Authorization} header counts as malformed. */
    Credential credential(KeyFormat format) {
        if (authorizations == 0) {
            return Credential.Absent.NO_HEADER;
        }
        return authorizations > 1
                ? Credential.Malformed.NOT_A_KEY
                : AuthorizationHeader.parse(message, authorizationStart, authorizationEnd, format);
    }

    /** Returns whether there are several {@code Authorization} headers, or one that contains the start of a key. */
    boolean mentionsKey(KeyFormat format) {
        return authorizations > 1
                || (authorizations == 1 && format.mentionsKey(latin1(authorizationStart, authorizationEnd)));
    }

    /** Returns whether there is a raw {@code :path}. */
    boolean hasPath() {
        return hasPath;
    }

    /** Returns whether the raw {@code :path} equals {@code path}. */
    boolean pathIs(String path) {
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        return Arrays.equals(message, pathStart, pathEnd, utf8, 0, utf8.length);
    }

    RequestId requestId() {
        return requestId;
    }

    boolean grpc() {
        return grpc;
    }

    /**
     * Returns whether the headers are those of a CORS preflight request (Fetch standard, "CORS-preflight request"). The
     * caller must also check that the method is OPTIONS.
     */
    boolean preflight() {
        return origin && accessControlRequestMethod;
    }

    List<String> otherSpellings() {
        return otherSpellings == null ? List.of() : otherSpellings;
    }

    private void otherSpelling(String name) {
        if (otherSpellings == null) {
            otherSpellings = new ArrayList<>();
        }
        otherSpellings.add(name);
    }

    private boolean is(byte[] expected, int start, int end) {
        return end - start == expected.length && Arrays.equals(message, start, end, expected, 0, expected.length);
    }

    private String latin1(int start, int end) {
        return new String(message, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** Returns whether Envoy treats a request with this content type as gRPC; gRPC-Web is not gRPC. */
    private static boolean isGrpc(String contentType) {
        String grpc = "application/grpc";
        if (!contentType.startsWith(grpc)) {
            return false;
        }
        return contentType.length() == grpc.length()
                || contentType.charAt(grpc.length()) == '+'
                || contentType.charAt(grpc.length()) == ';';
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
