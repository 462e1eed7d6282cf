package dev.latchkey.cli.keys;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.client.RepeatableRequestId;
import dev.latchkey.cli.output.Output;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code latchkey keys create} command. */
@Command(
        name = "create",
        description = {
            "Create an API key and print it. Without one of the options for it, it never expires.",
            "The secret is on the last line of the table (secret in JSON). It is shown this once: it is stored nowhere."
        })
public final class KeysCreateCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
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
    private ExpiryOptions expiry = new ExpiryOptions();

    @Mixin
    private final RepeatableRequestId requestId = new RepeatableRequestId();

    public KeysCreateCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        CreateKeyResponse created;
        try (ControlClient client = control.client()) {
            created = requestId.repeatable(() -> client.keys(stub -> stub.createKey(request())));
        }
        return created.getRepeated()
                ? ShownOnce.printRepeated(spec, output, created, created.getKey())
                : ShownOnce.print(spec, output, created, created.getKey(), created.getSecret());
    }

    private CreateKeyRequest request() {
        CreateKeyRequest.Builder request = CreateKeyRequest.newBuilder()
                .setWorkspace(workspace)
                .setName(name)
                .setEnvironment(environment)
                .addAllScopes(scopes)
                .setRequestId(requestId.text());
        expiry.lifetime().ifPresent(request::setLifetime);
        expiry.time().ifPresent(request::setExpireTime);
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
}
