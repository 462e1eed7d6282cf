package dev.latchkey.policy;

import java.util.Locale;

/**
 * Makes one text of all that a reader who ignores case might take for the same. Coarser than any one rule for that: it joins
 * what simple and full case mappings join ({@code ß} and {@code SS}, the Kelvin sign and {@code k}, the dotted {@code İ} and
 * {@code i}), since it decides only what is not surely different.
 */
final class CaseFolding {
    private CaseFolding() {}

    /** Returns {@code text} folded. */
    static String fold(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return lowerEach(lowerEach(text).toUpperCase(Locale.ROOT));
            }
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /** Returns {@code segments} folded; {@code segments} itself if that changes nothing. */
    static String[] fold(String[] segments) {
        String[] result = segments;
        for (int i = 0; i < segments.length; i++) {
            String folded = fold(segments[i]);
            if (!folded.equals(segments[i])) {
                result = result == segments ? segments.clone() : result;
                result[i] = folded;
            }
        }
        return result;
    }

    /** Unlike {@link String#toLowerCase}, which makes two code points of {@code İ}. */
    private static String lowerEach(String text) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            result.appendCodePoint(Character.toLowerCase(text.codePointAt(i)));
        }
        return result.toString();
    }
}
