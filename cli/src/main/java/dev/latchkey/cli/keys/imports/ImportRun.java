package dev.latchkey.cli.keys.imports;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ImportKeysResponse;
import dev.latchkey.v1.KeyToImport;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The transfer of a file of keys to the control plane: up to 500 keys per call and two calls in flight, so that memory
 * holds no more keys than these batches. This class is not thread-safe.
 */
final class ImportRun implements AutoCloseable {
    private static final int MAX_KEYS = 500;
    /**
     * The maximum size of the keys of a batch. It leaves room for the rest of the request below the control plane's
     * limit of 64 KiB for a whole request.
     */
    private static final int MAX_BYTES = 40 * 1024;

    private static final int CALLS_AT_ONCE = 2;

    private final ControlClient client;
    private final ImportKeysRequest template;
    private final ImportReport report;
    private final ExecutorService threads = Executors.newFixedThreadPool(CALLS_AT_ONCE);
    private final Deque<Sent> sent = new ArrayDeque<>();
    private ImportKeysRequest.Builder batch;
    private List<Long> numbers = new ArrayList<>();
    private int bytes;

    private record Sent(List<Long> numbers, Future<ImportKeysResponse> answer) {}

    /** @param template a request without keys */
    ImportRun(ControlClient client, ImportKeysRequest template, ImportReport report) {
        this.client = client;
        this.template = template;
        this.report = report;
        this.batch = template.toBuilder();
    }

    /**
     * Sends all lines and adds the results to the report.
     *
     * @throws CommandFailure if a call fails; earlier results stay in effect and are in the report
     */
    void send(ImportLines lines) throws IOException, InterruptedException {
        for (Optional<ImportLine> line = lines.next(); line.isPresent(); line = lines.next()) {
            ImportLine current = line.get();
            if (current.key().isPresent()) {
                add(current.number(), current.key().get());
            } else {
                report.refuse(current.number(), current.problems());
            }
        }
        flush();
        while (!sent.isEmpty()) {
            finishOldest();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void add(long number, KeyToImport key) throws InterruptedException {
        int size = key.getSerializedSize();
        if (numbers.size() == MAX_KEYS || bytes + size > MAX_BYTES) {
            flush();
        }
        batch.addKeys(key);
        numbers.add(number);
        bytes += size;
    }

    private void flush() throws InterruptedException {
        if (numbers.isEmpty()) {
            return;
        }
        if (sent.size() == CALLS_AT_ONCE) {
            finishOldest();
        }
        ImportKeysRequest request = batch.build();
        sent.add(new Sent(numbers, threads.submit(() -> client.keys(stub -> stub.importKeys(request)))));
        batch = template.toBuilder();
        numbers = new ArrayList<>();
        bytes = 0;
    }

    private void finishOldest() throws InterruptedException {
        // Takes the results in the order of the lines, so that all lines up to the report's last line have a result.
        Sent oldest = sent.remove();
        try {
            report.add(oldest.numbers(), oldest.answer().get().getResultsList());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CommandFailure failure) {
                throw failure;
            }
            throw new IllegalStateException("a call failed unexpectedly", e.getCause());
        }
    }
}
