package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/** What every {@link KeyIndex} does. One that passes may stand for another in tests. */
public abstract class KeyIndexContract {
    private static final KeyDigest DIGEST = KeyDigest.of("1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo");
    private static final KeyDigest OTHER = KeyDigest.of("1.ayCwcE3bsUa8C-2msOm5rTS4q5_cxez4M8ub-8m85jI");
    private static final KeyRecord KEY = new KeyRecord(
            "key_01", "ws_1", Environment.LIVE, Set.of("cases:read"), KeyRecord.State.ACTIVE, 1_800_000_000_000L, 3);

    /** Returns the index under test. */
    protected abstract KeyIndex index();

    /** Stores a record as its writer does. */
    protected abstract void store(KeyDigest digest, KeyRecord key);

    /** Stores a record as its writer does. */
    protected abstract void store(WorkspaceRecord workspace);

    @Test
    void findKey_stored_isTheRecord() throws Exception {
        store(DIGEST, KEY);

        assertThat(index().findKey(DIGEST).get(5, TimeUnit.SECONDS)).contains(KEY);
    }

    @Test
    void findKey_neverStored_isEmpty() throws Exception {
        store(DIGEST, KEY);

        assertThat(index().findKey(OTHER).get(5, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void findKey_changed_isTheNewRecord() throws Exception {
        store(DIGEST, KEY);
        assertThat(index().findKey(DIGEST).get(5, TimeUnit.SECONDS)).contains(KEY);
        KeyRecord revoked = new KeyRecord(
                KEY.id(), KEY.workspace(), KEY.environment(), Set.of(), KeyRecord.State.REVOKED, KeyRecord.NEVER, 4);

        store(DIGEST, revoked);

        eventually(() ->
                assertThat(index().findKey(DIGEST).get(5, TimeUnit.SECONDS)).contains(revoked));
    }

    @Test
    void findWorkspace_storedThenChanged_isTheRecord() throws Exception {
        store(new WorkspaceRecord("ws_1", true, 1));
        assertThat(index().findWorkspace("ws_1").get(5, TimeUnit.SECONDS))
                .contains(new WorkspaceRecord("ws_1", true, 1));

        store(new WorkspaceRecord("ws_1", false, 2));

        eventually(() -> assertThat(index().findWorkspace("ws_1").get(5, TimeUnit.SECONDS))
                .contains(new WorkspaceRecord("ws_1", false, 2)));
    }

    @Test
    void findWorkspace_neverStored_isEmpty() throws Exception {
        assertThat(index().findWorkspace("ws_2").get(5, TimeUnit.SECONDS)).isEmpty();
    }

    private static void eventually(ThrowingRunnable assertion) {
        Awaitility.await().untilAsserted(assertion);
    }
}
