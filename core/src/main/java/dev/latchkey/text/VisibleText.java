package dev.latchkey.text;

/**
 * Decides which characters people can see as they are: the one place for names, reasons, tables, messages and log lines. Two names that
 * look the same must be the same, and no character may change how the text around it reads.
 */
public final class VisibleText {
    /** More than any script stacks on one letter. */
    private static final int MAX_MARKS = 3;

    private VisibleText() {}

    /**
     * Tells whether each character of {@code text} shows: no control or format characters (so no zero width, bidirectional or byte
     * order marks), no blanks but the common one, no fillers, no half surrogate pairs, nothing for private use or unassigned, and no
     * more than three combining marks in a row, none at the start.
     */
    public static boolean isVisible(String text) {
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

    /** Returns {@code text} with each character that does not show as an escape, such as {@code \\u200b}. */
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

    /** Returns {@code c} as an escape. */
    public static String escape(int c) {
        return String.format("\\u%04x", c);
    }

    /** Tells whether {@code c} cannot be seen, or looks like another character, or steers what is around it. */
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

    /** Letters, marks and symbols that Unicode says are to be ignored, or that have no ink. */
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
