package dev.latchkey.control.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;

/**
 * The response headers that restrict what browsers do with the page. They keep text entered by users, such as a name or
 * a reason, from becoming code in the page, and keep other sites from using the page. They allow nothing that the page
 * does not need, and no {@code unsafe-} source.
 */
final class BrowserRules {
    private static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'");

    static final HttpHeaders HEADERS = HttpHeaders.builder()
            .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
            .set(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
            .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .set("cross-origin-opener-policy", "same-origin")
            .set("cross-origin-resource-policy", "same-origin")
            .set(
                    "permissions-policy",
                    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=(),"
                            + " clipboard-write=(self)")
            .build();

    private BrowserRules() {}
}
