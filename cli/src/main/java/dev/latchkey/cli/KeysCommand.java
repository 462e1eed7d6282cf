package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.RevokeKeyRequest;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latchkey keys}: what is done to keys that there are. */
@Command(name = "keys", description = "Create, list, show and revoke API keys.")
final class KeysCommand {
    static final int PAGE_SIZE = 1000;

    private static final String ANY_WORKSPACE = "-";

    @Mixin
    private final ControlOptions control;

    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    KeysCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Command(name = "list", description = "List the active keys of a workspace, oldest first.")
    int list(
            @Option(
                            names = "--workspace",
                            required = true,
                            paramLabel = "ID",
                            description = "The workspace whose keys to list.")
                    String workspace,
            @Option(names = "--all", description = "Also revoked and expired keys.") boolean all) {
        List<Key> keys = new ArrayList<>();
        try (ControlClient client = control.client()) {
            String token = "";
            do {
                ListKeysRequest request = ListKeysRequest.newBuilder()
                        .setWorkspace(workspace)
                        .setShowAll(all)
                        .setPageSize(PAGE_SIZE)
                        .setPageToken(token)
                        .build();
                ListKeysResponse page = client.keys(stub -> stub.listKeys(request));
                keys.addAll(page.getKeysList());
                token = page.getNextPageToken();
            } while (!token.isEmpty());
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode array = json.putArray("keys");
        keys.forEach(key -> array.add(KeyView.json(key)));
        // All pages are here.
        json.put("next_page_token", "");
        output.print(spec, json, KeyView.table(keys).toString());
        return 0;
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
            print(client.keys(stub -> stub.getKey(request)).getKey());
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
            @Parameters(
                            paramLabel = "ID",
                            converter = KeyIdConverter.class,
                            description = "The key's id, such as key_01jd….")
                    String id,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "",
                            description = "Why, for the audit trail: up to 200 characters.")
                    String reason) {
        RevokeKeyRequest request = RevokeKeyRequest.newBuilder()
                .setWorkspace(ANY_WORKSPACE)
                .setId(id)
                .setReason(reason)
                .build();
        try (ControlClient client = control.client()) {
            print(client.keys(stub -> stub.revokeKey(request)).getKey());
        }
        return 0;
    }

    private void print(Key key) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("key", KeyView.json(key));
        output.print(spec, json, KeyView.sheet(key).toString());
    }
}
