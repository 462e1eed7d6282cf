package dev.latchkey.text;

/**
 * The rule for which characters people can see as they are. Names, reasons, tables, messages and log lines all use this
 * rule. Two names that look the same must be the same, and no character may change how the text around it reads.
 */
public final class VisibleText {
    /** The limit for combining marks in a row, which is more than any script stacks on one letter. */
    private static final int MAX_MARKS = 3;

    private VisibleText() {}

    /**
     * Returns whether every character of {@code text} is visible: no control or format characters (so no zero-width
     * characters, bidirectional controls or byte order marks), no whitespace except the space, no fillers, no
     * unpaired surrogates, no private-use or unassigned characters, at most three combining marks in a row, and none
     * at the start.
     */
    public static boolean isVisible(String text) {
        // Starts at the limit, so that a mark at the start is not visible: it would join the character before the text.
        int marks = MAX_MARKS;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            marks = isMark(c) ? marks + 1 : 0;
            if (isHidden(c) || marks > MAX_MARKS) {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    /** Returns {@code text} with an escape, such as {@code \\u200b}, in place of each character that is not visible. */
    public static String shown(String text) {
        if (isVisible(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        int marks = MAX_MARKS;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            marks = isMark(c) ? marks + 1 : 0;
            if (isHidden(c) || marks > MAX_MARKS) {
                shown.append(escape(c));
            } else {
                shown.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return shown.toString();
    }

    /** Returns the escape for {@code c}. */
    public static String escape(int c) {
        return String.format("\\u%04x", c);
    }

    /**
     * Returns whether {@code c} is invisible, looks like another character, or affects the rendering of the
     * text around it.
     */
    public static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default -> isFiller(c);
        };
    }

    /**
     * Returns whether {@code c} is a letter, mark or symbol that Unicode defines as ignorable, or that has
     * no visible glyph.
     */
    private static boolean isFiller(int c) {
        return c == 0x034F
                || c == 0x115F
                || c == 0x1160
                || c == 0x17B4
                || c == 0x17B5
                || (c >= 0x180B && c <= 0x180F)
                || c == 0x2800
                || c == 0x3164
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFFA0
                || (c >= 0xE0100 && c <= 0xE01EF);
    }

    private static boolean isMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }
}
