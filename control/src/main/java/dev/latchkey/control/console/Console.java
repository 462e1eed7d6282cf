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
 * Serves the page at {@code /} and what it consists of under {@code /assets/}. Only the files that are listed here exist; each is
 * read once, at the start. Open to all: the files are the same for everybody and hold no secret.
 *
 * <p>The name of an asset holds a digest of all of them, so browsers keep assets for good, and the page itself not at all. This
 * class is immutable and thread-safe.
 */
public final class Console implements HttpServiceWithRoutes {
    private static final String FOR_GOOD = "public, max-age=31536000, immutable";
    /** So that no browser keeps a page that was left, with what it shows. */
    private static final String NEVER = "no-store";

    private final Map<String, Asset> files;

    /** @throws IllegalStateException if a file is missing: the build is broken */
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

    /** Returns the paths of all files. */
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

    /** As RFC 9110 13.1.2 says it: a list of entity tags, weak or not. */
    private static boolean matches(List<String> values, String etag) {
        return values.stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(String::trim)
                .anyMatch(tag -> tag.equals(etag) || tag.equals("W/" + etag));
    }
}
