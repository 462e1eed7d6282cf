package dev.latchkey.control.console;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A service that serves the page at {@code /} and its files under {@code /assets/}. Only the files listed in {@link
 * Assets} exist; each is read once, at startup. No authentication is required: the files are the same for all clients
 * and hold no secret.
 *
 * <p>The path of each asset contains a digest of all assets. Therefore browsers may cache assets forever; they must not
 * store the page itself. This class is immutable and thread-safe.
 */
public final class Console implements HttpServiceWithRoutes {
    private static final String FOR_GOOD = "public, max-age=31536000, immutable";
    /**
     * Keeps browsers from storing the page: a page that the user has left must not come back with the data it showed.
     */
    private static final String NEVER = "no-store";

    private final Map<String, Asset> files;

    /**
     * Reads all files.
     *
     * @throws IllegalStateException if a file is missing, which means that the build is broken
     */
    public Console() {
        Map<String, Asset> assets = Assets.load();
        String version = Asset.digestOf(assets.values());
        Map<String, Asset> all = new HashMap<>();
        all.put("/", Assets.page(version));
        assets.forEach((name, asset) -> all.put("/assets/" + version + "/" + name, asset));
        files = Map.copyOf(all);
    }

    @Override
    public Set<Route> routes() {
        return paths().stream()
                .map(path -> Route.builder().exact(path).build())
                .collect(Collectors.toUnmodifiableSet());
    }

    Set<String> paths() {
        return files.keySet();
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        Asset file = files.get(context.path());
        if (file == null) {
            return HttpResponse.of(HttpStatus.NOT_FOUND);
        }
        return switch (request.method()) {
            case GET, HEAD -> answer(context.path().equals("/"), file, request);
            default ->
                HttpResponse.of(ResponseHeaders.of(HttpStatus.METHOD_NOT_ALLOWED, HttpHeaderNames.ALLOW, "GET, HEAD"));
        };
    }

    private static HttpResponse answer(boolean page, Asset file, HttpRequest request) {
        boolean known = matches(request.headers().getAll(HttpHeaderNames.IF_NONE_MATCH), file.etag());
        ResponseHeaders headers = ResponseHeaders.builder(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
                .add(BrowserRules.HEADERS)
                .contentType(file.type())
                .set(HttpHeaderNames.ETAG, file.etag())
                .set(HttpHeaderNames.CACHE_CONTROL, page ? NEVER : FOR_GOOD)
                .build();
        return known ? HttpResponse.of(headers) : HttpResponse.of(headers, HttpData.wrap(file.bytes()));
    }

    /** Matches {@code If-None-Match} as RFC 9110 13.1.2 defines it: a list of entity tags, weak or strong. */
    private static boolean matches(List<String> values, String etag) {
        return values.stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(String::trim)
                .anyMatch(tag -> tag.equals(etag) || tag.equals("W/" + etag));
    }
}
