package dev.latchkey.server.authz;

import dev.latchkey.answer.IdentityHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of one request say, seen one after the other. Only what is needed becomes text.
 *
 * <p>This class is not thread-safe.
 */
final class HeaderFacts {
    private static final int MAX_REQUEST_ID = 64;
    private static final Bytes PATH = Bytes.ascii(":path");
    private static final Bytes AUTHORIZATION = Bytes.ascii("authorization");
    private static final Bytes REQUEST_ID = Bytes.ascii("x-request-id");
    private static final Bytes CONTENT_TYPE = Bytes.ascii("content-type");
    private static final Bytes ORIGIN = Bytes.ascii("origin");
    private static final Bytes ACCESS_CONTROL_REQUEST_METHOD = Bytes.ascii("access-control-request-method");

    private final IdentityHeaders identity;
    private @Nullable String authorization;
    private boolean severalAuthorizations;
    private @Nullable Bytes path;
    private @Nullable String requestId;
    private boolean grpc;
    private boolean origin;
    private boolean accessControlRequestMethod;
    private @Nullable List<String> otherSpellings;

    HeaderFacts(IdentityHeaders identity) {
        this.identity = identity;
    }

    /** Takes an entry of {@code header_map}: one line of the request, as it was sent. */
    void raw(Bytes name, Bytes value) {
        if (name.is(PATH)) {
            path = value;
        } else {
            joined(name, value);
        }
    }

    /** Takes an entry of {@code headers}: the lines of one name, joined by a comma. */
    void joined(Bytes name, Bytes value) {
        if (name.is(AUTHORIZATION)) {
            severalAuthorizations |= authorization != null;
            authorization = value.latin1();
        } else if (name.is(REQUEST_ID)) {
            requestId = shown(value);
        } else if (name.is(CONTENT_TYPE)) {
            grpc = isGrpc(value.latin1());
        } else if (name.is(ORIGIN)) {
            origin = true;
        } else if (name.is(ACCESS_CONTROL_REQUEST_METHOD)) {
            accessControlRequestMethod = true;
        } else if (identity.haveLength(name.length())) {
            unknown(name.latin1());
        }
    }

    /** Returns the {@code Authorization} header, or null if there is none; see {@link #severalAuthorizations}. */
    @Nullable
    String authorization() {
        return authorization;
    }

    boolean severalAuthorizations() {
        return severalAuthorizations;
    }

    /** Returns the raw {@code :path}; null if it is not told. */
    @Nullable
    Bytes path() {
        return path;
    }

    /** Returns the caller's {@code x-request-id} if it can stand in a body as it is, else null. */
    @Nullable
    String requestId() {
        return requestId;
    }

    boolean grpc() {
        return grpc;
    }

    /** Fetch standard, "CORS-preflight request"; if the method is OPTIONS. */
    boolean preflight() {
        return origin && accessControlRequestMethod;
    }

    List<String> otherSpellings() {
        return otherSpellings == null ? List.of() : otherSpellings;
    }

    private void unknown(String name) {
        if (identity.isOtherSpelling(name)) {
            if (otherSpellings == null) {
                otherSpellings = new ArrayList<>();
            }
            otherSpellings.add(name);
        }
    }

    /** As Envoy tells gRPC from other requests; gRPC-Web is not gRPC. */
    private static boolean isGrpc(String contentType) {
        String grpc = "application/grpc";
        if (!contentType.startsWith(grpc)) {
            return false;
        }
        return contentType.length() == grpc.length()
                || contentType.charAt(grpc.length()) == '+'
                || contentType.charAt(grpc.length()) == ';';
    }

    private static @Nullable String shown(Bytes value) {
        if (value.length() == 0 || value.length() > MAX_REQUEST_ID) {
            return null;
        }
        String id = value.latin1();
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean harmless = (c >= '0' && c <= '9')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!harmless) {
                return null;
            }
        }
        return id;
    }
}
