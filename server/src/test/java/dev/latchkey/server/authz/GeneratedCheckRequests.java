package dev.latchkey.server.authz;

import com.google.protobuf.ByteString;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.AuthorizationHeader;
import dev.latchkey.key.Credential;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.policy.path.CanonicalPath;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CheckRequest by the generated classes: what {@link CheckRequests}, which does without them, has to agree
 * with.
 */
final class GeneratedCheckRequests {
    private static final int MAX_REQUEST_ID = 64;

    private final KeyFormat format;
    private final IdentityHeaders identity;

    GeneratedCheckRequests(KeyFormat format, IdentityHeaders identity) {
        this.format = format;
        this.identity = identity;
    }

    IncomingCheck read(CheckRequest message) {
        AttributeContext attributes = message.getAttributes();
        AttributeContext.HttpRequest http = attributes.getRequest().getHttp();
        Pass pass = new Pass();
        if (http.hasHeaderMap()) {
            for (HeaderValue header : http.getHeaderMap().getHeadersList()) {
                pass.raw(header);
            }
        } else {
            for (Map.Entry<String, String> header : http.getHeadersMap().entrySet()) {
                pass.header(header.getKey(), header.getValue());
            }
        }
        AccessRequest access = new AccessRequest(
                RouteConfig.of(attributes.getContextExtensionsMap()),
                http.getHost(),
                http.getMethod(),
                pass.path(http),
                pass.credential(),
                pass.isPreflight(http.getMethod()));
        return new IncomingCheck(
                access,
                RequestId.of(pass.requestId == null ? "" : pass.requestId),
                pass.grpc,
                pass.mentionsKey(),
                pass.otherSpellings());
    }

    /** What one pass over the headers has found so far. */
    private final class Pass {
        private @Nullable String authorization;
        private boolean severalAuthorizations;
        private @Nullable ByteString rawPath;
        private @Nullable String requestId;
        private boolean grpc;
        private boolean origin;
        private boolean accessControlRequestMethod;
        private @Nullable List<String> otherSpellings;

        /** Takes one entry of {@code header_map}; only values that are needed become strings. */
        void raw(HeaderValue header) {
            switch (header.getKey()) {
                case ":path" -> rawPath = bytes(header);
                case "authorization", "x-request-id", "content-type", "origin", "access-control-request-method" ->
                    header(header.getKey(), bytes(header).toString(StandardCharsets.ISO_8859_1));
                default -> unknown(header.getKey());
            }
        }

        void header(String name, String value) {
            switch (name) {
                case "authorization" -> {
                    severalAuthorizations |= authorization != null;
                    authorization = value;
                }
                case "x-request-id" -> requestId = shown(value);
                case "content-type" -> grpc = isGrpc(value);
                case "origin" -> origin = true;
                case "access-control-request-method" -> accessControlRequestMethod = true;
                default -> unknown(name);
            }
        }

        private void unknown(String name) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            if (identity.isOtherSpelling(bytes, 0, bytes.length)) {
                if (otherSpellings == null) {
                    otherSpellings = new ArrayList<>();
                }
                otherSpellings.add(name);
            }
        }

        /**
         * Returns the path, or null if it is not canonical, or not surely the one that the upstream gets: Envoy writes
         * {@code !} into {@code path} for bytes that it cannot carry there, and only the raw {@code :path} tells.
         */
        @Nullable
        CanonicalPath path(AttributeContext.HttpRequest http) {
            String path = http.getPath();
            boolean faithful = rawPath == null ? !beforeQuery(path).contains("!") : rawPath.equals(http.getPathBytes());
            return faithful ? CanonicalPath.parse(path) : null;
        }

        Credential credential() {
            return severalAuthorizations
                    ? Credential.Malformed.NOT_A_KEY
                    : AuthorizationHeader.parse(authorization, format);
        }

        /** Fetch standard, "CORS-preflight request". */
        boolean isPreflight(String method) {
            return origin && accessControlRequestMethod && method.equals("OPTIONS");
        }

        boolean mentionsKey() {
            return severalAuthorizations || (authorization != null && format.mentionsKey(authorization));
        }

        List<String> otherSpellings() {
            return otherSpellings == null ? List.of() : otherSpellings;
        }
    }

    private static ByteString bytes(HeaderValue header) {
        return header.getRawValue().isEmpty() ? header.getValueBytes() : header.getRawValue();
    }

    private static String beforeQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
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

    /** Returns {@code id} if it can stand in a body as it is, else null. */
    private static @Nullable String shown(String id) {
        if (id.isEmpty() || id.length() > MAX_REQUEST_ID) {
            return null;
        }
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
