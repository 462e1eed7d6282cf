package dev.latchkey.cli.audit;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.keys.KeyIdConverter;
import dev.latchkey.cli.output.ListPrinter;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.json.RestJson;
import dev.latchkey.v1.AuditEntry;
import dev.latchkey.v1.ListAuditEntriesRequest;
import dev.latchkey.v1.ListAuditEntriesResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code latchkey audit list} command. */
@Command(
        name = "list",
        description = {
            "List the changes of a workspace and its keys, the newest first.",
            "With --export all of them, or --limit, as one JSON object a line, as they arrive."
        })
public final class AuditListCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 100;

    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--workspace",
            required = true,
            paramLabel = "ID",
            description = "The workspace whose changes to list.")
    private String workspace = "";

    @Option(
            names = "--key",
            paramLabel = "ID",
            converter = KeyIdConverter.class,
            description = "Only changes of this key.")
    private @Nullable String key;

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Only changes by this admin token; latchkey: by nobody's call.")
    private @Nullable String actor;

    @Option(names = "--action", paramLabel = "ACTION", description = "Only changes of this kind, such as key.revoke.")
    private @Nullable String action;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = PastConverter.class,
            description = "Only changes at or after this time: 7d for so long ago, or 2027-01-31T00:00:00Z.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "WHEN",
            converter = PastConverter.class,
            description = "Only changes before this time.")
    private @Nullable Instant until;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "No more than so many. Default: 100; with --export, all.")
    private @Nullable Integer limit;

    @Option(names = "--export", description = "Print JSON lines, one for each change; progress on standard error.")
    private boolean export;

    public AuditListCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        if (limit != null && limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: " + limit + " (expected: 1 or more)");
        }
        try (ControlClient client = control.client()) {
            AuditPages pages = new AuditPages(client, request(), ListPrinter.PAGE_SIZE);
            return export ? export(pages) : list(pages, limit == null ? DEFAULT_LIMIT : limit);
        }
    }

    private int list(AuditPages pages, int most) {
        ListPrinter printer = new ListPrinter(output, spec, "entries");
        ListAuditEntriesResponse page;
        int printed = 0;
        do {
            page = pages.next(most - printed);
            printer.page(page, AuditView.table(page.getEntriesList()));
            printed += page.getEntriesCount();
        } while (printed < most && pages.hasNext());
        printer.end(page);
        if (output.isTable() && pages.hasNext()) {
            spec.commandLine().getErr().println("There are more: give --limit, or --export for all.");
        }
        return 0;
    }

    /** Prints the entries as they arrive. At most one page is in memory. */
    private int export(AuditPages pages) {
        long printed = 0;
        long most = limit == null ? Long.MAX_VALUE : limit;
        while (printed < most && pages.hasNext()) {
            for (AuditEntry entry : pages.next((int) Math.min(ListPrinter.PAGE_SIZE, most - printed))
                    .getEntriesList()) {
                output.printLine(spec, RestJson.of(entry));
                printed++;
            }
            if (pages.hasNext()) {
                spec.commandLine().getErr().println(printed + " changes…");
            }
        }
        spec.commandLine()
                .getErr()
                .println(TerminalText.count((int) Math.min(printed, Integer.MAX_VALUE), "change") + " in all");
        return 0;
    }

    private ListAuditEntriesRequest request() {
        ListAuditEntriesRequest.Builder request =
                ListAuditEntriesRequest.newBuilder().setWorkspace(workspace);
        Optional.ofNullable(key).ifPresent(request::setKey);
        Optional.ofNullable(actor).ifPresent(request::setActor);
        Optional.ofNullable(action).ifPresent(request::setAction);
        if (since != null) {
            request.setStartTime(ProtoValues.timestamp(since));
        }
        if (until != null) {
            request.setEndTime(ProtoValues.timestamp(until));
        }
        return request.build();
    }
}
