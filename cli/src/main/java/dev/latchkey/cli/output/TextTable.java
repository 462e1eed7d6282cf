package dev.latchkey.cli.output;

import java.util.ArrayList;
import java.util.List;

/** Text in aligned columns, two spaces apart, the last one as long as it likes. Not thread-safe. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a row; every row has as many cells. What could steer a terminal is escaped. */
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

    /** Adds the rows of {@code other}, which has the same titles, after its titles. */
    void addRowsOf(TextTable other) {
        rows.addAll(other.rows.subList(Math.min(1, other.rows.size()), other.rows.size()));
    }

    int rowCount() {
        return rows.size();
    }

    /** Returns the lines, each ended by a line feed. */
    @Override
    public String toString() {
        return lines(rows, widths());
    }

    /**
     * Returns the lines after the first row, in the columns of a table that was printed before; a cell that is too long there
     * moves the others of its line.
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
