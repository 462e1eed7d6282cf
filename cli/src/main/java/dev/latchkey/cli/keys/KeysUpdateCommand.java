package dev.latchkey.cli.keys;

import dev.latchkey.cli.client.AuditedRequestId;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.v1.UpdateKeyRequest;
import dev.latchkey.v1.UpdateKeyResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code latchkey keys update} command. */
@Command(
        name = "update",
        description = {
            "Rename an active key, take scopes from it, or give it an earlier end: it can never come to allow more.",
            "When the command returns, what was taken is no longer allowed."
        })
public final class KeysUpdateCommand implements Callable<Integer> {
    private final ControlOptions control;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", converter = KeyIdConverter.class, description = "The key's id, such as key_01jd….")
    private String id = "";

    @Option(names = "--name", paramLabel = "NAME", description = "What people are to call the key.")
    private @Nullable String name;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "What the key keeps of what it may do; repeat for each scope. Default: all.")
    private List<String> scopes = new ArrayList<>();

    @ArgGroup
    private ExpiryOptions expiry = new ExpiryOptions();

    @Mixin
    private final AuditedRequestId requestId = new AuditedRequestId();

    public KeysUpdateCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Override
    public Integer call() {
        UpdateKeyRequest request = request();
        UpdateKeyResponse updated;
        try (ControlClient client = control.client()) {
            updated = client.keys(stub -> stub.updateKey(request));
        }
        output.print(spec, updated, KeyTable.sheet(updated.getKey()).toString());
        return 0;
    }

    private UpdateKeyRequest request() {
        UpdateKeyRequest.Builder request = UpdateKeyRequest.newBuilder()
                .setWorkspace(KeysCommand.ANY_WORKSPACE)
                .setId(id)
                .addAllScopes(scopes)
                .setRequestId(requestId.text());
        if (name != null) {
            request.setName(name);
        }
        expiry.lifetime().ifPresent(request::setLifetime);
        expiry.time().ifPresent(request::setExpireTime);
        if (name == null && scopes.isEmpty() && request.getExpiryCase() == UpdateKeyRequest.ExpiryCase.EXPIRY_NOT_SET) {
            throw CommandFailure.usage("nothing to change (expected: --name, --scope, --expires-in or --expires-at)");
        }
        return request.build();
    }
}
