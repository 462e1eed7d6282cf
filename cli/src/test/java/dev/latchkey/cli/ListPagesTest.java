package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.ListWorkspacesResponse;
import io.grpc.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lists of several pages: each is printed as it arrives, and together they are one list. */
class ListPagesTest {
    private final FakeControl control;

    ListPagesTest() throws IOException {
        control = new FakeControl();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void json_severalPages_isOneDocument() throws IOException {
        control.answer(page("a", key("key_1", "x")), page("b"), page("", key("key_2", "y"), key("key_3", "z")));

        JsonNode list = new ObjectMapper().readTree(list("--output=json").out());

        assertThat(list.path("keys"))
                .extracting(key -> key.path("id").asText())
                .containsExactly("key_1", "key_2", "key_3");
        assertThat(list.path("next_page_token").asText()).isEmpty();
        assertThat(list.properties()).hasSize(2);
    }

    @Test
    void json_noItems_isOneDocumentAsWell() {
        control.answer(page(""), ListWorkspacesResponse.getDefaultInstance());

        assertThat(list("--output=json").out()).isEqualTo("{\"keys\":[],\"next_page_token\":\"\"}\n");
        assertThat(control.run("workspaces", "list", "--output=json").out())
                .isEqualTo("{\"workspaces\":[],\"next_page_token\":\"\"}\n");
    }

    @Test
    void table_manyPages_hasOneHeadingAndTheColumnsOfTheFirstThousandRows() {
        Key[] many = Collections.nCopies(999, key("key_1", "a name")).toArray(Key[]::new);
        control.answer(
                page("a", many),
                page("b", key("key_22", "b")),
                page("c", key("key_3", "a name that is longer")),
                page(""));

        List<String> lines = list().out().lines().toList();

        assertThat(lines).hasSize(1002);
        assertThat(lines.get(0)).startsWith("ID      NAME    ENVIRONMENT");
        assertThat(lines.get(1)).startsWith("key_1   a name  ");
        assertThat(lines.get(1000)).startsWith("key_22  b       ");
        assertThat(lines.get(1001)).startsWith("key_3   a name that is longer  ");
    }

    @Test
    void table_failureAfterManyRows_theseArePrintedAndTheCommandFails() {
        control.answer(
                page("a", Collections.nCopies(1000, key("key_1", "a name")).toArray(Key[]::new)),
                Status.UNAVAILABLE.withDescription("gone").asRuntimeException());

        Run run = list();

        assertThat(run.status()).isEqualTo(CommandFailure.UNREACHABLE);
        assertThat(run.out().lines()).hasSize(1001);
    }

    /**
     * Whether a key is still used since it was replaced takes no call of its own: the successor's id tells when it was
     * made.
     */
    @Test
    void table_successorOnALaterPage_isNotAskedFor() {
        // 2026-11-30T00:00:00Z
        String successor = "key_01kb8rv0000000000000000000";
        Instant made = ProtoValues.timeOfKeyId(successor)
                .map(time -> Instant.ofEpochSecond(time.getSeconds()))
                .orElseThrow();
        Key replaced = key("key_1", "x").toBuilder().setSuccessor(successor).build();
        control.answer(page(
                "",
                replaced.toBuilder().setLastUsedTime(at(made.plusSeconds(1))).build(),
                replaced.toBuilder().setLastUsedTime(at(made.minusSeconds(1))).build()));

        assertThat(list().out().lines())
                .satisfiesExactly(
                        head -> assertThat(head).contains("STILL USED"),
                        used -> assertThat(used).contains(successor + "  yes"),
                        unused -> assertThat(unused).contains(successor + "  no"));
        assertThat(control.requests()).hasSize(1);
        assertThat(made).isBetween(Instant.parse("2025-01-01T00:00:00Z"), Instant.parse("2027-12-31T00:00:00Z"));
        assertThat(ProtoValues.timeOfKeyId("key_zzkb8rv0000000000000000000")).isEmpty();
        assertThat(ProtoValues.timeOfKeyId("key_1")).isEmpty();
    }

    private Run list(String... more) {
        String[] args = new String[4 + more.length];
        System.arraycopy(new String[] {"keys", "list", "--workspace", "ws_1"}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        return control.run(args);
    }

    private static ListKeysResponse page(String next, Key... keys) {
        return ListKeysResponse.newBuilder()
                .addAllKeys(List.of(keys))
                .setNextPageToken(next)
                .build();
    }

    private static Key key(String id, String name) {
        return Key.newBuilder()
                .setId(id)
                .setWorkspace("ws_1")
                .setName(name)
                .setState(KeyState.ACTIVE)
                .addScopes("cases:read")
                .build();
    }

    private static Timestamp at(Instant time) {
        return ProtoValues.timestamp(time);
    }
}
