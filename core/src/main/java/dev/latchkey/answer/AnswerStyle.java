package dev.latchkey.answer;

import dev.latchkey.config.Settings;

/**
 * How answers look; all are settings.
 *
 * @param identityPrefix what identity headers start with, in lower case, ending in {@code -}
 * @param removeOverrides whether headers that tell an upstream another method or path are removed
 * @param errorsBase what stands before the code in a problem's {@code type}
 * @param realm the realm of the challenge; visible ASCII or space, no quote, no backslash
 */
public record AnswerStyle(String identityPrefix, boolean removeOverrides, String errorsBase, String realm) {

    public static AnswerStyle of(Settings settings) {
        return new AnswerStyle(
                settings.headers().prefix(),
                settings.headers().removeOverrides(),
                settings.errors().base(),
                settings.realm());
    }
}
