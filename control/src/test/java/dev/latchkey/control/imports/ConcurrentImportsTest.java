package dev.latchkey.control.imports;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.imports.ImportWorld.importAll;
import static dev.latchkey.control.imports.ImportWorld.minted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.imports.ImportedKey.Outcome;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two control planes that import one file at the same time. */
class ConcurrentImportsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String P1 = TestControl.PEPPER_1;
    private static final String P21 = TestControl.PEPPER_2 + "," + P1;
    private static final String P12 = P1 + "," + TestControl.PEPPER_2;
    private static final int ROUNDS = 10;
    private static final int KEYS = 100;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest(name = "peppers {0} and {1}")
    @CsvSource({"1, 1", "21, 21", "1, 21", "12, 21"})
    void importKeys_sameFileByTwoAtOnce_eachKeyIsImportedOnce(String first, String second) throws Exception {
        try (TestControl one = control(first);
                TestControl two = control(second)) {
            one.workspaces.create(ALICE, "ws_1", "");
            for (int round = 1; round <= ROUNDS; round++) {
                List<KeyToImport> keys = minted(KEYS);
                List<List<ImportedKey>> results =
                        atOnce(() -> importAll(one, "ws_1", keys), () -> importAll(two, "ws_1", keys));

                assertThat(results.stream().flatMap(List::stream).filter(key -> key.outcome() == Outcome.IMPORTED))
                        .hasSize(KEYS);
                assertThat(results.stream().flatMap(List::stream).filter(key -> key.outcome() == Outcome.REFUSED))
                        .isEmpty();
                for (int i = 0; i < KEYS; i++) {
                    assertThat(results.get(0).get(i).view())
                            .isEqualTo(results.get(1).get(i).view());
                }
                assertThat(REDIS.commands().hlen("latchkey:ledger:{ws_1}:records"))
                        .as("the workspace and each key once")
                        .isEqualTo(1 + (long) round * KEYS);
                assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(round * KEYS);
            }
            assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending"))
                    .isZero();
            assertThat(one.ledger.keysAfter("ws_1", "", 2 * ROUNDS * KEYS))
                    .allSatisfy(key -> assertThat(one.indexed(key)).contains(key.record()));
        }
    }

    @Test
    void importKeys_whileTheyAreRevoked_noneWorksAgain() throws Exception {
        try (TestControl one = control("1");
                TestControl two = control("1")) {
            one.workspaces.create(ALICE, "ws_1", "");
            for (int round = 0; round < ROUNDS; round++) {
                List<KeyToImport> keys = minted(20);
                List<ImportedKey> made = importAll(one, "ws_1", keys);
                var unused = atOnce(() -> importAll(one, "ws_1", keys), () -> {
                    made.forEach(key -> two.keys.revoke(ALICE, name(key), ""));
                    return List.of();
                });
                assertThat(made)
                        .allSatisfy(key -> assertThat(
                                        one.indexed(key.view().orElseThrow().key()))
                                .get()
                                .matches(KeyRecord::revoked));
            }
        }
    }

    private static KeyName name(ImportedKey key) {
        return new KeyName("ws_1", key.view().orElseThrow().key().id());
    }

    private static TestControl control(String peppers) {
        String written = switch (peppers) {
            case "1" -> P1;
            case "12" -> P12;
            default -> P21;
        };
        return new TestControl(REDIS.uri(), written, new SecureRandom());
    }

    private List<List<ImportedKey>> atOnce(Callable<List<ImportedKey>> first, Callable<List<ImportedKey>> second)
            throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        Future<List<ImportedKey>> one = threads.submit(() -> {
            start.await();
            return first.call();
        });
        Future<List<ImportedKey>> two = threads.submit(() -> {
            start.await();
            return second.call();
        });
        return List.of(one.get(), two.get());
    }
}
