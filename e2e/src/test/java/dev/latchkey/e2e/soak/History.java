package dev.latchkey.e2e.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What many threads do at once: kept in memory, and written to a file as it happens, a line of JSON for each beginning
 * and each end. This class is thread-safe.
 */
final class History implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final long start = System.nanoTime();
    private final BufferedWriter file;
    private final List<Operation> operations = new ArrayList<>();
    private int begun;

    History(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        this.file = Files.newBufferedWriter(file);
    }

    /** An operation that is under way. */
    final class Begun {
        private final int number;
        private final Kind kind;
        private final String subject;
        private final String place;
        private final long invoked;

        private Begun(int number, Kind kind, String subject, String place, long invoked) {
            this.number = number;
            this.kind = kind;
            this.subject = subject;
            this.place = place;
            this.invoked = invoked;
        }

        void end(Outcome outcome, String detail) {
            end(subject, outcome, detail);
        }

        /** Ends one whose subject was not known before. */
        void end(String known, Outcome outcome, String detail) {
            long now = System.nanoTime();
            add(number, new Operation(kind, known, place, invoked, now, outcome, detail));
        }
    }

    Begun begin(Kind kind, String subject, String place) {
        // Read before anything else: who is asked is asked later than this.
        long now = System.nanoTime();
        return new Begun(line(kind, subject, place, now), kind, subject, place, now);
    }

    /** Adds what happens at a time that is known before. */
    void add(Kind kind, String subject, long at) {
        add(line(kind, subject, "", at), new Operation(kind, subject, "", at, at, Outcome.OK, ""));
    }

    /** Returns what has ended so far. */
    synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    synchronized int size() {
        return operations.size();
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }

    private synchronized int line(Kind kind, String subject, String place, long at) {
        int number = ++begun;
        Map<String, Object> line = line(number, "invoke", at);
        line.put("op", kind);
        line.put("subject", subject);
        line.put("place", place);
        write(line);
        return number;
    }

    private synchronized void add(int number, Operation operation) {
        operations.add(operation);
        Map<String, Object> line = line(number, operation.outcome().name(), operation.ended());
        line.put("op", operation.kind());
        line.put("subject", operation.subject());
        line.put("detail", operation.detail());
        write(line);
    }

    private Map<String, Object> line(int number, String type, long at) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("nanos", at - start);
        line.put("number", number);
        line.put("type", type);
        return line;
    }

    private void write(Map<String, Object> line) {
        try {
            file.write(JSON.writeValueAsString(line));
            file.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
