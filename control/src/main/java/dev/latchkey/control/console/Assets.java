package dev.latchkey.control.console;

import com.linecorp.armeria.common.MediaType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The list of all files of the page, and their loading from the class path. */
final class Assets {
    private static final MediaType SCRIPT = MediaType.parse("text/javascript; charset=utf-8");
    private static final MediaType SVG = MediaType.parse("image/svg+xml; charset=utf-8");

    private static final List<String> STYLES = List.of("base", "parts", "views");
    private static final List<String> SCRIPTS = List.of(
            "activity",
            "api",
            "changes",
            "create",
            "dialog",
            "dom",
            "edit",
            "expiry",
            "icons",
            "keydetails",
            "keys",
            "keytable",
            "loading",
            "main",
            "parts",
            "repeated",
            "revoke",
            "rotate",
            "scopes",
            "secret",
            "session",
            "shell",
            "signin",
            "successors",
            "toolbar",
            "tryrequest",
            "unanswered",
            "verdict",
            "words",
            "workspace",
            "workspaces");

    /** The resource folder of the Preact package; the version in the path is set in the parent POM. */
    private static final String PREACT = "/META-INF/resources/webjars/preact/10.26.4/";

    private Assets() {}

    /** Returns the files of the page by name, without the page itself. */
    static Map<String, Asset> load() {
        Map<String, Asset> assets = new HashMap<>();
        SCRIPTS.forEach(name -> assets.put(name + ".js", own(name + ".js", SCRIPT)));
        STYLES.forEach(name -> assets.put(name + ".css", own(name + ".css", MediaType.CSS_UTF_8)));
        assets.put("icon.svg", own("icon.svg", SVG));
        assets.put("preact.js", library("dist/preact.module.js"));
        assets.put("hooks.js", library("hooks/dist/hooks.module.js"));
        return assets;
    }

    /** Returns the page itself, whose links to its files contain {@code version}. */
    static Asset page(String version) {
        return Asset.read("index.html", MediaType.HTML_UTF_8, html -> html.replace("{version}", version));
    }

    private static Asset own(String name, MediaType type) {
        return Asset.read(name, type, UnaryOperator.identity());
    }

    /**
     * Reads a library module. Its import is rewritten to a path, because browsers resolve modules by path and an import
     * map would be an inline script, which the page's policy forbids. Source maps are not served, so the reference to
     * one is removed.
     */
    private static Asset library(String path) {
        return Asset.read(
                PREACT + path,
                SCRIPT,
                code -> code.replace("from\"preact\"", "from\"./preact.js\"")
                        .replaceAll("//# sourceMappingURL=.*", ""));
    }
}
