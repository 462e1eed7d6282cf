package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.v1.ImportOutcome;
import dev.latchkey.v1.ImportResult;
import dev.latchkey.v1.ImportViolation;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.LongSupplier;

/** Counts what becomes of the lines, and tells people: of each bad line, and now and then how far it is. Not thread-safe. */
final class ImportReport {
    private final PrintWriter err;
    private final long every;
    private final LongSupplier nanos;
    private long told;
    private long imported;
    private long existed;
    private long refused;
    private long lastLine;

    /**
     * @param every nanoseconds between two lines about how far it is
     * @param nanos {@code System::nanoTime}
     */
    ImportReport(PrintWriter err, long every, LongSupplier nanos) {
        this.err = err;
        this.every = every;
        this.nanos = nanos;
        this.told = nanos.getAsLong();
    }

    /** Takes the results of a call, of the lines with these numbers. */
    void add(List<Long> numbers, List<ImportResult> results) {
        for (int i = 0; i < numbers.size(); i++) {
            ImportResult result = i < results.size() ? results.get(i) : ImportResult.getDefaultInstance();
            if (result.getOutcome() == ImportOutcome.IMPORTED) {
                imported++;
            } else if (result.getOutcome() == ImportOutcome.EXISTED) {
                existed++;
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

    /** Takes a line that is wrong. */
    void refuse(long number, List<String> problems) {
        refused++;
        err.println("line " + number + ": "
                + (problems.isEmpty() ? "refused" : Shown.withoutSecrets(Shown.line(String.join("; ", problems)))));
    }

    boolean allGood() {
        return refused == 0;
    }

    String summary() {
        return "imported " + imported + ", existed " + existed + ", refused " + refused;
    }

    /** Returns the last line whose result has come. */
    long lastLine() {
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
