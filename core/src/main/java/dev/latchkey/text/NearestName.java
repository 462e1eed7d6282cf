package dev.latchkey.text;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A search for the name that a mistyped name most likely stands for. */
public final class NearestName {
    /** Longer than any scope. Only the start of a longer text is compared, which bounds the work. */
    private static final int MAX_LENGTH = 200;

    private NearestName() {}

    /** Returns the first of the {@code names} with the fewest edits from {@code text}, or null if there are none. */
    public static @Nullable String of(String text, Collection<String> names) {
        String start = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text;
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            int edits = edits(start, name);
            if (edits < fewest) {
                fewest = edits;
                nearest = name;
            }
        }
        return nearest;
    }

    /** Returns the number of characters to insert, remove or replace (Levenshtein distance). */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
