package dev.latchkey.answer;

import dev.latchkey.config.Settings;
import java.util.List;

/**
 * How answers look; all are settings.
 *
 * @param identityPrefix what identity headers start with, in lower case, ending in {@code -}
 * @param removeOverrides whether headers that tell an upstream another method or path are removed
 * @param errorsBase what stands before the code in a problem's {@code type}
 * @param realm the realm of the challenge; visible ASCII or space, no quote, no backslash
 */
public record AnswerStyle(String identityPrefix, boolean removeOverrides, String errorsBase, String realm) {
    /** What some frameworks take for the real method or path. */
    private static final List<String> OVERRIDES =
            List.of("x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url");

    public static AnswerStyle of(Settings settings) {
        return new AnswerStyle(
                settings.headers().prefix(),
                settings.headers().removeOverrides(),
                settings.errors().base(),
                settings.realm());
    }

    /** Returns the headers that tell an upstream another method or path, if they are removed; else none. */
    public List<String> overrides() {
        return removeOverrides ? OVERRIDES : List.of();
    }
}
