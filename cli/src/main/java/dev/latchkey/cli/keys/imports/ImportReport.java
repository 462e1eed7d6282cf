package dev.latchkey.cli.keys.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.v1.ImportOutcome;
import dev.latchkey.v1.ImportResult;
import dev.latchkey.v1.ImportViolation;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The counts of an import, with messages for people about each invalid line and, at intervals, about the progress. The
 * shutdown hook for Ctrl-C calls {@link #summary} and {@link #lastLine}, which are safe to call from any thread. All
 * other methods must be called from one thread.
 */
final class ImportReport {
    /** The maximum number of lines to name. Nobody reads more about a file that is wrong as a whole. */
    private static final int MOST_LINES = 100;

    private final PrintWriter err;
    private final long every;
    private final LongSupplier nanos;
    private long told;
    private long imported;
    private long existed;
    private long refused;
    private long lastLine;
    private long revoked;

    /**
     * @param every the minimum time between two progress messages, in nanoseconds
     * @param nanos a clock such as {@link System#nanoTime}
     */
    ImportReport(PrintWriter err, long every, LongSupplier nanos) {
        this.err = err;
        this.every = every;
        this.nanos = nanos;
        this.told = nanos.getAsLong();
    }

    /** Adds the results of a call. {@code numbers} are the line numbers of the results, in the same order. */
    synchronized void add(List<Long> numbers, List<ImportResult> results) {
        for (int i = 0; i < numbers.size(); i++) {
            ImportResult result = i < results.size() ? results.get(i) : ImportResult.getDefaultInstance();
            if (result.getOutcome() == ImportOutcome.IMPORTED) {
                imported++;
            } else if (result.getOutcome() == ImportOutcome.EXISTED) {
                existed++;
                noteRevoked(numbers.get(i), result.getKey());
            } else {
                refuse(
                        numbers.get(i),
                        result.getViolationsList().stream()
                                .map(ImportReport::text)
                                .toList());
            }
        }
        lastLine = numbers.get(numbers.size() - 1);
        tell();
    }

    /** Adds an invalid or refused line. */
    synchronized void refuse(long number, List<String> problems) {
        refused++;
        if (refused > MOST_LINES) {
            return;
        }
        err.println("line " + number + ": "
                + (problems.isEmpty()
                        ? "refused"
                        : TerminalText.withoutSecrets(TerminalText.line(String.join("; ", problems)))));
    }

    /** Prints how many lines were refused, and how many keys stay revoked, beyond the lines that were named. */
    void end() {
        if (refused > MOST_LINES) {
            err.println("and " + (refused - MOST_LINES) + " refused lines more");
        }
        if (revoked > MOST_LINES) {
            err.println("and " + (revoked - MOST_LINES) + " lines more whose key stays revoked");
        }
    }

    private void noteRevoked(long number, Key key) {
        if (key.getState() == KeyState.REVOKED && ++revoked <= MOST_LINES) {
            err.println("line " + number + ": " + key.getId()
                    + " is revoked and stays revoked (expected: another key; a revoked one cannot be imported)");
        }
    }

    boolean allGood() {
        return refused == 0;
    }

    synchronized String summary() {
        return "imported " + imported + ", existed " + existed + ", refused " + refused;
    }

    /** Returns the number of the last line whose result has arrived. */
    synchronized long lastLine() {
        return lastLine;
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        return json.put("imported", imported).put("existed", existed).put("refused", refused);
    }

    private void tell() {
        long now = nanos.getAsLong();
        if (now - told >= every) {
            told = now;
            err.println(summary() + " so far");
        }
    }

    private static String text(ImportViolation violation) {
        return violation.getField() + ": " + violation.getValue() + " (expected: " + violation.getExpected() + ")";
    }
}
