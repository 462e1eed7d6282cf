package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the revocation of all keys of a workspace stands in the index. */
class GenerationSchemaTest {
    private static final KeyRecord KEY = new KeyRecord(
            "key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1, 7);

    @Test
    void key_withAGeneration_isReadAsItWasWritten() {
        assertThat(IndexSchema.decodeKey(IndexSchema.encode(KEY))).isEqualTo(KEY);
        assertThat(new SharedParts().share(KEY)).isEqualTo(KEY);
    }

    @Test
    void workspace_withAGeneration_isReadAsItWasWritten() {
        WorkspaceRecord workspace = new WorkspaceRecord("ws_1", true, 3, 7);

        assertThat(IndexSchema.decodeWorkspace("ws_1", IndexSchema.encode(workspace)))
                .isEqualTo(workspace);
    }

    @Test
    void records_ofTheFirstGeneration_areSpelledAsBefore() {
        assertThat(IndexSchema.encode(new WorkspaceRecord("ws_1", true, 3)))
                .isEqualTo(Map.of("v", "1", "state", "active", "rev", "3"));
        assertThat(IndexSchema.encode(new KeyRecord(
                        "key_1", "ws_1", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1)))
                .doesNotContainKey("generation")
                .containsEntry("v", "1");
    }

    /** A sidecar that knows no generation reads version 1 only, so it answers 503 and lets no revoked key through. */
    @Test
    void workspace_withAGeneration_isUnreadableToSidecarsThatKnowNone() {
        assertThat(IndexSchema.encode(new WorkspaceRecord("ws_1", true, 3, 1))).containsEntry("v", "2");
    }

    /** Somebody may have written fields of two versions: the mark counts wherever it stands. */
    @Test
    void workspace_generationBesideVersion1_counts() {
        Map<String, String> fields = Map.of("v", "1", "state", "active", "rev", "3", "generation", "4");

        assertThat(IndexSchema.decodeWorkspace("ws_1", fields).generation()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "x", "1.5", "9223372036854775808"})
    void records_generationIsNoNumber_areBad(String generation) {
        Map<String, String> workspace = new HashMap<>(IndexSchema.encode(new WorkspaceRecord("ws_1", true, 3, 7)));
        Map<String, String> key = new HashMap<>(IndexSchema.encode(KEY));
        workspace.put("generation", generation);
        key.put("generation", generation);

        assertThatThrownBy(() -> IndexSchema.decodeWorkspace("ws_1", workspace))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("[generation]");
        assertThatThrownBy(() -> IndexSchema.decodeKey(key))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("[generation]");
    }

    @Test
    void workspace_version2WithoutItsGeneration_isBad() {
        assertThatThrownBy(() -> IndexSchema.decodeWorkspace("ws_1", Map.of("v", "2", "state", "active", "rev", "3")))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("[generation]");
    }
}
