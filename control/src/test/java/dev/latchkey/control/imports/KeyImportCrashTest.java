package dev.latchkey.control.imports;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.imports.ImportWorld.importAll;
import static dev.latchkey.control.imports.ImportWorld.minted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.imports.ImportedKey.Outcome;
import dev.latchkey.control.keys.Dump;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.redis.CrashProxy;
import dev.latchkey.redis.CrashProxy.Moment;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An import that loses Redis between any two of its commands. */
class KeyImportCrashTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KEYS = 2;

    private TestControl survivor;

    @BeforeEach
    void open() {
        survivor = new TestControl(REDIS.uri());
        survivor.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        survivor.close();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void importKeys_cutOffAtEachCommand_secondRunCompletesAndDoublesNothing(Moment moment) throws IOException {
        int recorded = 0;
        for (int n = 1; true; n++) {
            List<KeyToImport> keys = minted(KEYS);
            if (!cutOff(keys, n, moment)) {
                break;
            }
            List<ImportedKey> again = importAll(survivor, "ws_1", keys);

            assertThat(again)
                    .extracting(ImportedKey::outcome)
                    .as("cut off at command %s", n)
                    .isSubsetOf(Outcome.IMPORTED, Outcome.EXISTED);
            recorded += KEYS;
            assertThat(survivor.reconciler.pass()).isTrue();
            assertLedgerAndIndexAgree(recorded);
            assertThat(again)
                    .allSatisfy(key -> assertThat(
                                    survivor.indexed(key.view().orElseThrow().key()))
                            .contains(key.view().orElseThrow().key().record()));
        }
        assertThat(recorded).as("it takes so many commands").isGreaterThan(15 * KEYS);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void importKeys_cutOffAtEachCommandAndNeverRepeated_reconcilerMakesLedgerAndIndexAgree(Moment moment)
            throws IOException {
        for (int n = 1; cutOff(minted(KEYS), n, moment); n++) {
            assertThat(survivor.reconciler.pass()).isTrue();
            assertLedgerAndIndexAgree(
                    survivor.ledger.keysAfter("ws_1", "", 1000).size());
        }
    }

    @Test
    void importKeys_cutOffInTheMiddle_saysHowFarItCame() throws IOException {
        try (CrashProxy proxy = new CrashProxy(REDIS.port(), KeyImportCrashTest::isIndexWrite);
                TestControl cutOff = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            proxy.crashAt(2, Moment.BEFORE, proxy::hangUp);
            assertThatThrownBy(() -> importAll(cutOff, "ws_1", minted(3)))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                    .hasMessageContaining("of 3 keys")
                    .hasMessageContaining("recorded")
                    .hasMessageContaining("repeat the call");
        }
    }

    @Test
    void importKeys_redisIsFull_saysSoAndNothingIsRecorded() {
        assertThat(survivor.announcements.beat()).isTrue();
        REDIS.commands().configSet("maxmemory", "1");
        try {
            assertThatThrownBy(() -> importAll(survivor, "ws_1", minted(3)))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("0 are imported")
                    .hasMessageContaining("OOM");
        } finally {
            REDIS.commands().configSet("maxmemory", "0");
        }
        assertLedgerAndIndexAgree(0);
    }

    private static boolean isIndexWrite(List<String> command) {
        return command.get(0).equals("EVAL") && command.get(3).startsWith("latchkey:key:");
    }

    /** Returns false if the import came to its end before that command. */
    private static boolean cutOff(List<KeyToImport> keys, int n, Moment moment) throws IOException {
        try (CrashProxy proxy = new CrashProxy(REDIS.port(), command -> true);
                TestControl cutOff = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            proxy.crashAt(n, moment, proxy::hangUp);
            try {
                assertThat(importAll(cutOff, "ws_1", keys))
                        .extracting(ImportedKey::outcome)
                        .containsOnly(Outcome.IMPORTED);
            } catch (RefusedException | StoreException e) {
                assertThat(proxy.crashed()).isTrue();
            }
            return proxy.crashed();
        }
    }

    private void assertLedgerAndIndexAgree(int keys) {
        assertThat(survivor.ledger.keysAfter("ws_1", "", 1000))
                .hasSize(keys)
                .allSatisfy(key -> assertThat(survivor.indexed(key)).contains(key.record()));
        Map<String, String> index = Dump.of(REDIS.commands(), name -> name.startsWith("latchkey:key:"));
        assertThat(index).hasSize(keys);
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }
}
