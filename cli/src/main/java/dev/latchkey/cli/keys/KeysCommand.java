package dev.latchkey.cli.keys;

import com.google.protobuf.Message;
import dev.latchkey.cli.client.AuditedRequestId;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.output.Output;
import dev.latchkey.v1.FindKeyRequest;
import dev.latchkey.v1.FindKeyResponse;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.GetKeyResponse;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.RevokeKeyResponse;
import dev.latchkey.v1.RevokeLeakedKeyRequest;
import dev.latchkey.v1.RevokeLeakedKeyResponse;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code latchkey keys} commands that act on a single existing key. */
@Command(name = "keys", description = "Create, list, show, find, change, rotate and revoke API keys.")
public final class KeysCommand {
    static final String ANY_WORKSPACE = "-";

    @Mixin
    private final ControlOptions control;

    private final SecretInput input;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** A key, given by its id as an argument or by its secret on standard input. */
    private static final class Which {
        @Parameters(
                paramLabel = "ID",
                arity = "0..1",
                converter = KeyIdConverter.class,
                description = "The key's id, such as key_01jd….")
        private @Nullable String id;

        @Option(
                names = "--key-stdin",
                required = true,
                description = "Read the key itself from standard input: kill it, whoever made it.")
        @SuppressWarnings("UnusedVariable") // implied by the absence of an id
        private boolean keyFromInput;
    }

    public KeysCommand(ControlOptions control, SecretInput input, Output output) {
        this.control = control;
        this.input = input;
        this.output = output;
    }

    @Command(name = "get", description = "Show one key.")
    int get(
            @Parameters(
                            paramLabel = "ID",
                            converter = KeyIdConverter.class,
                            description = "The key's id, such as key_01jd….")
                    String id) {
        GetKeyRequest request =
                GetKeyRequest.newBuilder().setWorkspace(ANY_WORKSPACE).setId(id).build();
        try (ControlClient client = control.client()) {
            GetKeyResponse found = client.keys(stub -> stub.getKey(request));
            print(found, found.getKey());
        }
        return 0;
    }

    @Command(
            name = "revoke",
            description = {
                "Revoke a key for good.",
                "When the command returns, the key is no longer accepted. Revoking twice changes nothing."
            })
    int revoke(
            @ArgGroup(multiplicity = "1") Which which,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "",
                            description = "Why, for the audit trail: up to 200 characters.")
                    String reason,
            @Mixin AuditedRequestId requestId) {
        try (ControlClient client = control.client()) {
            if (which.id == null) {
                RevokeLeakedKeyResponse revoked = revokeLeaked(client, reason, requestId);
                print(revoked, revoked.getKey());
            } else {
                RevokeKeyResponse revoked = revoke(client, which.id, reason, requestId);
                print(revoked, revoked.getKey());
            }
        }
        return 0;
    }

    @Command(
            name = "find",
            description = {
                "Show the key whose secret is on standard input, such as one found where it should not be.",
                "Also one that is revoked or expired."
            })
    int find(
            @Option(names = "--key-stdin", required = true, description = "Read the key from standard input.")
                    boolean keyFromInput) {
        try (ControlClient client = control.client()) {
            FindKeyRequest request =
                    FindKeyRequest.newBuilder().setSecret(input.readKey()).build();
            FindKeyResponse found = client.keys(stub -> stub.findKey(request));
            print(found, found.getKey());
        }
        return 0;
    }

    private static RevokeKeyResponse revoke(
            ControlClient client, String id, String reason, AuditedRequestId requestId) {
        RevokeKeyRequest request = RevokeKeyRequest.newBuilder()
                .setWorkspace(ANY_WORKSPACE)
                .setId(id)
                .setReason(reason)
                .setRequestId(requestId.text())
                .build();
        return client.keys(stub -> stub.revokeKey(request));
    }

    private RevokeLeakedKeyResponse revokeLeaked(ControlClient client, String reason, AuditedRequestId requestId) {
        RevokeLeakedKeyRequest request = RevokeLeakedKeyRequest.newBuilder()
                .setSecret(input.readKey())
                .setReason(reason)
                .setRequestId(requestId.text())
                .build();
        return client.keys(stub -> stub.revokeLeakedKey(request));
    }

    private void print(Message answer, Key key) {
        output.print(spec, answer, KeyTable.sheet(key).toString());
    }
}
