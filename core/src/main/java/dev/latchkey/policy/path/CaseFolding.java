package dev.latchkey.policy.path;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Makes one text of all that a lenient reader might take for the same: letter case, Unicode form, and blanks and dots
 * that end a segment or blanks that start it do not count. Coarser than any one rule for that: it joins what simple and
 * full case mappings and NFKC join ({@code ß} and {@code SS}, the Kelvin sign and {@code k}, the dotted {@code İ} and
 * {@code i}, full-width letters and ASCII), since it decides only what is not surely different.
 */
public final class CaseFolding {
    private CaseFolding() {}

    /** Returns {@code text} folded; {@code text} itself if that changes nothing. May be empty, or hold delimiters. */
    public static String fold(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                String lower = lowerEach(compatible(text));
                return bare(compatible(lowerEach(lower.toUpperCase(Locale.ROOT))));
            }
        }
        return bare(text.toLowerCase(Locale.ROOT));
    }

    /** Returns {@code segments} folded; {@code segments} itself if that changes nothing. */
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
     * Returns {@code text} without blanks at its start and without blanks and dots at its end; but {@code ..} stays.
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

    /** Unlike {@link String#toLowerCase}, which makes two code points of {@code İ}. */
    private static String lowerEach(String text) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            result.appendCodePoint(Character.toLowerCase(text.codePointAt(i)));
        }
        return result.toString();
    }
}
