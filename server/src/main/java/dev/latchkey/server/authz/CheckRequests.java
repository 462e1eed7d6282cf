package dev.latchkey.server.authz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.Credential;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.policy.path.CanonicalPath;
import org.jspecify.annotations.Nullable;

/**
 * A reader of Envoy's CheckRequest ({@code envoy/service/auth/v3/external_auth.proto}) in both encodings of its
 * headers: {@code header_map} (raw bytes, one entry per line) if it is present, else {@code headers} (values of the
 * same name joined by commas, bytes that are not UTF-8 replaced by {@code !}). A message without attributes reads as a
 * request with an empty path.
 *
 * <p>This class is immutable and thread-safe.
 */
final class CheckRequests {
    private final KeyFormat format;
    private final IdentityHeaders identity;

    CheckRequests(KeyFormat format, IdentityHeaders identity) {
        this.format = format;
        this.identity = identity;
    }

    /** @throws InvalidProtocolBufferException if {@code message} is not a CheckRequest */
    IncomingCheck read(byte[] message) throws InvalidProtocolBufferException {
        CheckReader check = CheckReader.read(message, identity);
        HeaderFacts headers = check.headers();
        Credential credential = headers.credential(format);
        AccessRequest access = new AccessRequest(
                RouteConfig.of(check.extensions()),
                check.host(),
                check.method(),
                path(check.path(), headers),
                credential,
                headers.preflight() && check.method().equals("OPTIONS"));
        boolean mentionsKey = credential instanceof Credential.Presented || headers.mentionsKey(format);
        return new IncomingCheck(access, headers.requestId(), headers.grpc(), mentionsKey, headers.otherSpellings());
    }

    /**
     * Returns the path, or null if it is not canonical or might differ from the path that the upstream gets: Envoy
     * writes {@code !} into {@code path} for bytes that this field cannot carry, and only the raw {@code :path}
     * shows the difference.
     */
    private static @Nullable CanonicalPath path(String path, HeaderFacts headers) {
        boolean faithful =
                headers.hasPath() ? headers.pathIs(path) : !beforeQuery(path).contains("!");
        return faithful ? CanonicalPath.parse(path) : null;
    }

    private static String beforeQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }
}
