package dev.latchkey.answer;

import dev.latchkey.config.Settings;
import java.util.List;

/**
 * The configurable parts of answers. Each of them is a setting.
 *
 * @param identityPrefix the prefix of identity headers, in lower case, ending in {@code -}
 * @param removeOverrides whether to remove headers that tell an upstream another method or path
 * @param errorsBase the text before the code in the {@code type} of a problem document
 * @param realm the realm of the challenge; visible ASCII or space, without quote and backslash
 */
public record AnswerStyle(String identityPrefix, boolean removeOverrides, String errorsBase, String realm) {
    /** Headers whose values some frameworks use in place of the method or path of the request. */
    private static final List<String> OVERRIDES =
            List.of("x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url");

    public static AnswerStyle of(Settings settings) {
        return new AnswerStyle(
                settings.headers().prefix(),
                settings.headers().removeOverrides(),
                settings.errors().base(),
                settings.realm());
    }

    /** Returns the headers that tell an upstream another method or path, or no headers if they are not removed. */
    public List<String> overrides() {
        return removeOverrides ? OVERRIDES : List.of();
    }
}
