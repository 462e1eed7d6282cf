package dev.latchkey.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.latchkey.json.RestJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A printer of lists that prints each page as it arrives and holds about one page in memory. As JSON, all pages become
 * one document, which equals a REST response with all items on one page. As a table, the first thousand rows determine
 * the column widths.
 *
 * <p>This class is not thread-safe.
 */
public final class ListPrinter {
    /** The number of entries to request with one call. */
    public static final int PAGE_SIZE = 1000;

    private final Output output;
    private final CommandSpec command;
    private final String items;
    private @Nullable TextTable first;
    private boolean firstPrinted;
    private boolean begun;
    private boolean anyItem;

    /** @param items the name of the JSON member that holds the items of a page */
    public ListPrinter(Output output, CommandSpec command, String items) {
        this.output = output;
        this.command = command;
        this.items = items;
    }

    /**
     * Prints the items of one page.
     *
     * @param table the same items, after a row of titles
     * @throws CommandFailure if standard output cannot be written
     */
    public void page(Message page, TextTable table) {
        if (output.isTable()) {
            TextTable widths = first;
            if (widths == null) {
                first = table;
            } else if (firstPrinted) {
                output.write(command, table.continuing(widths));
            } else {
                widths.addRowsOf(table);
            }
            printFirst(PAGE_SIZE);
        } else {
            output.write(command, begin() + items(RestJson.of(page)));
        }
    }

    /**
     * Ends the list.
     *
     * @param last the last page; its members other than the items become members of the whole list
     * @throws CommandFailure if standard output cannot be written
     */
    public void end(Message last) {
        // The list may have had too few rows for the table to be printed before.
        printFirst(0);
        if (!output.isTable()) {
            StringBuilder rest = new StringBuilder(begin()).append(']');
            for (Map.Entry<String, JsonNode> member : RestJson.of(last).properties()) {
                if (!member.getKey().equals(items)) {
                    rest.append(",\"").append(member.getKey()).append("\":").append(member.getValue());
                }
            }
            output.write(command, rest.append("}\n").toString());
        }
    }

    private void printFirst(int rows) {
        TextTable table = first;
        if (table != null && !firstPrinted && table.rowCount() > rows) {
            output.write(command, table.toString());
            firstPrinted = true;
        }
    }

    private String begin() {
        String head = begun ? "" : "{\"" + items + "\":[";
        begun = true;
        return head;
    }

    private String items(JsonNode page) {
        StringBuilder text = new StringBuilder();
        for (JsonNode item : page.path(items)) {
            text.append(anyItem ? "," : "").append(item);
            anyItem = true;
        }
        return text.toString();
    }
}
