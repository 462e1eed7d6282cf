package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedPartsTest {
    private final SharedParts shared = new SharedParts();

    @Test
    void share_recordsOfOneWorkspaceAndScopes_holdTheSameObjects() {
        KeyRecord one = shared.share(record("key_1", "ws_1", "a:read", "b:read"));
        KeyRecord other = shared.share(record("key_2", new String("ws_1"), "a:read", "b:read"));

        assertThat(one).isEqualTo(record("key_1", "ws_1", "a:read", "b:read"));
        assertThat(other).isEqualTo(record("key_2", "ws_1", "a:read", "b:read"));
        assertThat(other.workspace()).isSameAs(one.workspace());
        assertThat(other.scopes()).isSameAs(one.scopes());
    }

    /** The upstream gets them in the order in which they were written. */
    @Test
    void share_sameScopesInAnotherOrder_keepTheirOrder() {
        KeyRecord one = shared.share(record("key_1", "ws_1", "a:read", "b:read"));
        KeyRecord other = shared.share(record("key_2", "ws_1", "b:read", "a:read"));

        assertThat(one.scopeText()).isEqualTo("a:read b:read");
        assertThat(other.scopeText()).isEqualTo("b:read a:read");
    }

    @Test
    void share_moreThanItKeeps_isWhatWasAskedFor() {
        for (int i = 0; i < 30_000; i++) {
            KeyRecord record = record("key_" + i, "ws_" + i, "scope:" + i);

            assertThat(shared.share(record)).isEqualTo(record);
        }
    }

    private static KeyRecord record(String id, String workspace, String... scopes) {
        return new KeyRecord(
                id,
                workspace,
                Environment.LIVE,
                new LinkedHashSet<>(List.of(scopes)),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
    }
}
