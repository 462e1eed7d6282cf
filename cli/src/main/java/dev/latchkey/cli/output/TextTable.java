package dev.latchkey.cli.output;

import java.util.ArrayList;
import java.util.List;

/** A table of aligned columns, two spaces apart. The last column has no fixed width. This class is not thread-safe. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Adds a row. All rows must have the same number of cells. Characters that could control a terminal are escaped.
     */
    public TextTable row(String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(TerminalText.line(cell));
        }
        if (!rows.isEmpty() && rows.get(0).size() != row.size()) {
            throw new IllegalArgumentException(
                    row.size() + " cells (expected: " + rows.get(0).size() + ")");
        }
        rows.add(row);
        return this;
    }

    /** Appends the rows of {@code other}, except its first row, which holds the same titles as this table. */
    void addRowsOf(TextTable other) {
        rows.addAll(other.rows.subList(Math.min(1, other.rows.size()), other.rows.size()));
    }

    int rowCount() {
        return rows.size();
    }

    /** Returns the lines, each followed by a line feed. */
    @Override
    public String toString() {
        return lines(rows, widths());
    }

    /**
     * Returns the lines after the first row, in the column widths of a table that was printed before. A cell that is
     * too long for its column shifts the rest of its line.
     */
    String continuing(TextTable before) {
        return lines(rows.subList(Math.min(1, rows.size()), rows.size()), before.widths());
    }

    private static String lines(List<List<String>> rows, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append(row.get(column));
                if (column < row.size() - 1) {
                    line.append(" ".repeat(Math.max(0, widths[column] - length(row.get(column)))))
                            .append(GAP);
                }
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int[] widths() {
        int[] widths = new int[rows.isEmpty() ? 0 : rows.get(0).size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], length(row.get(column)));
            }
        }
        return widths;
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
