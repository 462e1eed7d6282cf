package dev.latchkey.cli.keys;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.output.DurationConverter;
import dev.latchkey.cli.output.ListPrinter;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code latchkey keys list} command, which reads all pages and prints each page as it arrives. */
@Command(
        name = "list",
        description = {
            "List the active keys of a workspace, oldest first.",
            "Last use is known to within a minute. STILL USED tells of a key that was replaced whether it was"
                    + " used since."
        })
public final class KeysListCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--workspace",
            required = true,
            paramLabel = "ID",
            description = "The workspace whose keys to list.")
    private String workspace = "";

    @Option(names = "--all", description = "Also revoked and expired keys.")
    private boolean all;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            converter = StateConverter.class,
            description = "Only these: active, expired or revoked.")
    private KeyState state = KeyState.KEY_STATE_UNSPECIFIED;

    @Option(
            names = "--name",
            paramLabel = "TEXT",
            description = "Only keys whose name contains this, in whatever case.")
    private @Nullable String name;

    @Option(
            names = "--expiring-in",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Only active keys that expire within this time: 24h or 14d.")
    private @Nullable Duration expiringIn;

    @Option(
            names = "--sort",
            paramLabel = "BY",
            converter = SortConverter.class,
            description = "created (the default), name, expires or last-used. Keys without the time come last.")
    private String sort = "create_time";

    @Option(names = "--desc", description = "In the other direction: the newest or latest first.")
    private boolean descending;

    public KeysListCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        ListPrinter printer = new ListPrinter(output, spec, "keys");
        try (ControlClient client = control.client()) {
            ListKeysResponse page;
            String token = "";
            do {
                ListKeysRequest request = request(token);
                page = client.keys(stub -> stub.listKeys(request));
                List<Key> keys = page.getKeysList();
                Successors successors = output.isTable() ? Successors.of(keys, client) : Successors.NONE;
                printer.page(page, KeyTable.table(keys, successors));
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            printer.end(page);
        }
        return 0;
    }

    private ListKeysRequest request(String token) {
        ListKeysRequest.Builder request = ListKeysRequest.newBuilder()
                .setWorkspace(workspace)
                .setShowAll(all)
                .setState(state)
                .setOrderBy(descending ? sort + " desc" : sort)
                .setPageSize(ListPrinter.PAGE_SIZE)
                .setPageToken(token);
        if (name != null) {
            request.setName(name);
        }
        if (expiringIn != null) {
            request.setExpiringIn(ProtoValues.duration(expiringIn));
        }
        return request.build();
    }

    private static final class StateConverter implements ITypeConverter<KeyState> {
        @Override
        public KeyState convert(String text) {
            return switch (text) {
                case "active" -> KeyState.ACTIVE;
                case "expired" -> KeyState.EXPIRED;
                case "revoked" -> KeyState.REVOKED;
                default -> throw new TypeConversionException(text + " (expected: active, expired or revoked)");
            };
        }
    }

    private static final class SortConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            return switch (text) {
                case "created" -> "create_time";
                case "name" -> "name";
                case "expires" -> "expire_time";
                case "last-used" -> "last_used_time";
                default -> throw new TypeConversionException(text + " (expected: created, name, expires or last-used)");
            };
        }
    }
}
