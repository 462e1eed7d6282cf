package dev.latchkey.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.latchkey.json.RestJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Prints a list as its pages arrive, and keeps no more than one large page. As JSON the pages become one document, that of REST
 * with all items in one page. As a table the first thousand rows decide how wide the columns are. Not thread-safe.
 */
public final class ListPrinter {
    /** How many entries of a list one call asks for. */
    public static final int PAGE_SIZE = 1000;

    private final Output output;
    private final CommandSpec command;
    private final String items;
    private @Nullable TextTable first;
    private boolean firstPrinted;
    private boolean begun;
    private boolean anyItem;

    /** @param items the member of a page that holds the items */
    public ListPrinter(Output output, CommandSpec command, String items) {
        this.output = output;
        this.command = command;
        this.items = items;
    }

    /**
     * Prints the items of one page.
     *
     * @param table with a row of titles
     * @throws CommandFailure if it cannot be written
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
     * @param last the last page: what it holds besides items is the list's
     */
    public void end(Message last) {
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
