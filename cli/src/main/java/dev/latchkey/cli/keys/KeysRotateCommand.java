package dev.latchkey.cli.keys;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.client.RepeatableRequestId;
import dev.latchkey.cli.output.DurationConverter;
import dev.latchkey.cli.output.Output;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.RotateKeyResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code latchkey keys rotate} command. */
@Command(
        name = "rotate",
        description = {
            "Make a key that takes the place of an active one, and print it: same workspace, name, environment"
                    + " and scopes.",
            "It lives as long as the old one was to, unless told otherwise.",
            "Both work until the overlap ends; the list shows whether the old one is still used.",
            "The secret is on the last line of the table (secret in JSON). It is shown this once: it is stored nowhere."
        })
public final class KeysRotateCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "ID",
            converter = KeyIdConverter.class,
            description = "The old key's id, such as key_01jd….")
    private String id = "";

    @Option(
            names = "--overlap",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long the old key goes on: 24h (the default), 30s, 15m or 7d; 0s if it has leaked.")
    private @Nullable Duration overlap;

    @ArgGroup
    private ExpiryOptions expiry = new ExpiryOptions();

    @Mixin
    private final RepeatableRequestId requestId = new RepeatableRequestId();

    public KeysRotateCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        RotateKeyResponse rotated;
        try (ControlClient client = control.client()) {
            rotated = requestId.repeatable(() -> client.keys(stub -> stub.rotateKey(request())));
        }
        int status = rotated.getRepeated()
                ? ShownOnce.printRepeated(spec, output, rotated, rotated.getKey())
                : ShownOnce.print(spec, output, rotated, rotated.getKey(), rotated.getSecret());
        if (output.isTable()) {
            spec.commandLine().getErr().println(whatBecameOf(rotated.getPredecessor()));
        }
        return status;
    }

    /**
     * Describes the state of the old key. It might have expired already: without an overlap, or if a repeated call is
     * answered after the overlap.
     */
    private static String whatBecameOf(Key old) {
        return switch (old.getState()) {
            case EXPIRED -> old.getId() + " has ended: it no longer works.";
            case REVOKED -> old.getId() + " is revoked: it no longer works.";
            default -> old.getId() + " works until " + ProtoValues.seconds(old.getExpireTime()) + ".";
        };
    }

    private RotateKeyRequest request() {
        RotateKeyRequest.Builder request = RotateKeyRequest.newBuilder()
                .setWorkspace(KeysCommand.ANY_WORKSPACE)
                .setId(id)
                .setRequestId(requestId.text());
        if (overlap != null) {
            request.setOverlap(ProtoValues.duration(overlap));
        }
        expiry.lifetime().ifPresent(request::setLifetime);
        expiry.time().ifPresent(request::setExpireTime);
        return request.build();
    }
}
