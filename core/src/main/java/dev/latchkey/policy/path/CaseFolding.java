package dev.latchkey.policy.path;

import java.text.Normalizer;
import java.util.Locale;

/**
 * A folding that maps all spellings that a lenient reader might treat as equal to one text. It ignores letter case,
 * Unicode form, blanks at the start of a segment, and blanks and dots at its end. It is coarser than any single rule
 * for these: it joins everything that simple and full case mappings and NFKC join ({@code ß} and {@code SS}, the Kelvin
 * sign and {@code k}, the dotted {@code İ} and {@code i}, full-width letters and ASCII). Being too coarse is safe,
 * because folding only decides which texts are not certainly different.
 */
public final class CaseFolding {
    private CaseFolding() {}

    /**
     * Returns {@code text} folded, or {@code text} itself if folding does not change it. The result can be empty
     * and can contain delimiters.
     */
    public static String fold(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                String lower = lowerEach(compatible(text));
                return bare(compatible(lowerEach(lower.toUpperCase(Locale.ROOT))));
            }
        }
        return bare(text.toLowerCase(Locale.ROOT));
    }

    /** Returns {@code segments} folded, or {@code segments} itself if folding does not change any of them. */
    public static String[] fold(String[] segments) {
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

    /**
     * Returns {@code text} without blanks at its start and without blanks and dots at its end. The exception is
     * {@code ..}, which remains, so that it can still be recognized as a dot segment.
     */
    public static String bare(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '.' || isBlank(text.charAt(end - 1)))) {
            end--;
        }
        int start = 0;
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        return start == end && text.strip().equals("..") ? ".." : text.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c <= ' ' || (c >= 0x80 && (Character.isSpaceChar(c) || Character.isWhitespace(c)));
    }

    private static String compatible(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC);
    }

    /**
     * Maps each code point to lower case on its own. {@link String#toLowerCase} instead maps {@code İ}
     * to two code points.
     */
    private static String lowerEach(String text) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            result.appendCodePoint(Character.toLowerCase(text.codePointAt(i)));
        }
        return result.toString();
    }
}
