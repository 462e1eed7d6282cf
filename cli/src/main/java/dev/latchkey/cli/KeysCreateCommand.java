package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.config.Durations;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.Environment;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code latchkey keys create}. */
@Command(
        name = "create",
        description = {
            "Create an API key and print it.",
            "The secret is on the last line of the table (secret in JSON). It is shown this once: it is stored nowhere."
        })
final class KeysCreateCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--workspace", required = true, paramLabel = "ID", description = "The workspace that owns the key.")
    private String workspace = "";

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What people call the key.")
    private String name = "";

    @Option(
            names = "--scope",
            required = true,
            paramLabel = "SCOPE",
            description = "What the key may do; repeat for each scope.")
    private List<String> scopes = new ArrayList<>();

    @Option(
            names = "--environment",
            paramLabel = "ENV",
            converter = EnvironmentConverter.class,
            description = "live (the default) or test.")
    private Environment environment = Environment.LIVE;

    @ArgGroup
    private @Nullable Expiry expiry;

    /** At most one of the two. */
    private static final class Expiry {
        @Option(
                names = "--expires-in",
                required = true,
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "After this the key has expired: 30s, 15m, 24h or 90d. Default: never.")
        private @Nullable Duration lifetime;

        @Option(
                names = "--expires-at",
                required = true,
                paramLabel = "TIME",
                converter = TimeConverter.class,
                description = "From then on it has: 2027-01-31T00:00:00Z (RFC 3339).")
        private @Nullable OffsetDateTime time;
    }

    KeysCreateCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        CreateKeyResponse created;
        try (ControlClient client = control.client()) {
            created = client.keys(stub -> stub.createKey(request()));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("key", KeyView.json(created.getKey()));
        json.put("secret", created.getSecret());
        TextTable sheet = KeyView.sheet(created.getKey()).row("secret", created.getSecret());
        try {
            output.print(spec, json, sheet.toString());
        } catch (CommandFailure e) {
            throw CommandFailure.refused(e.getMessage() + ": the secret is lost. Revoke "
                    + created.getKey().getId() + " and create another");
        }
        if (output.isTable()) {
            spec.commandLine().getErr().println("Store the secret now: it is not shown again.");
        }
        return 0;
    }

    private CreateKeyRequest request() {
        CreateKeyRequest.Builder request = CreateKeyRequest.newBuilder()
                .setWorkspace(workspace)
                .setName(name)
                .setEnvironment(environment)
                .addAllScopes(scopes);
        if (expiry != null && expiry.lifetime != null) {
            request.setLifetime(ProtoValues.duration(expiry.lifetime));
        }
        if (expiry != null && expiry.time != null) {
            request.setExpireTime(ProtoValues.timestamp(expiry.time.toInstant()));
        }
        return request.build();
    }

    private static final class EnvironmentConverter implements ITypeConverter<Environment> {
        @Override
        public Environment convert(String text) {
            return switch (text) {
                case "live" -> Environment.LIVE;
                case "test" -> Environment.TEST;
                default -> throw new TypeConversionException(text + " (expected: live or test)");
            };
        }
    }

    private static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class TimeConverter implements ITypeConverter<OffsetDateTime> {
        // What Java reads beyond RFC 3339, such as years of five digits, a proto timestamp cannot hold.
        private static final Pattern RFC_3339 = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt].*");

        @Override
        public OffsetDateTime convert(String text) {
            try {
                if (RFC_3339.matcher(text).matches()) {
                    return OffsetDateTime.parse(text);
                }
            } catch (DateTimeParseException e) {
                // Said below.
            }
            throw new TypeConversionException(text + " (expected: a time such as 2027-01-31T00:00:00Z)");
        }
    }
}
