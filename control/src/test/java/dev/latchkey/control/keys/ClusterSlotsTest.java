package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.imports.ImportWorld;
import dev.latchkey.control.imports.ImportedKey;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster of one node, which has all slots and refuses a command or script that names keys of two. */
class ClusterSlotsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis(
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            Integer.toString(RealRedis.freePort()),
            "--cluster-config-file",
            nodesFile());

    @BeforeEach
    void takeAllSlots() {
        if (REDIS.commands().clusterInfo().contains("cluster_slots_assigned:0")) {
            REDIS.commands().clusterAddSlots(IntStream.rangeClosed(0, 16_383).toArray());
        }
        Awaitility.await().until(() -> REDIS.commands().clusterInfo().contains("cluster_state:ok"));
    }

    @Test
    void clusterOfOne_commandOnTwoSlots_isRefused() {
        assertThatThrownBy(() -> REDIS.commands().del("latchkey:canary", "latchkey:workspace:ws_1"))
                .hasMessageContaining("CROSSSLOT");
    }

    @Test
    void everyCall_onACluster_namesKeysOfOneSlot() {
        String peppers = TestControl.PEPPER_2 + "," + TestControl.PEPPER_1;
        try (TestControl control = new TestControl(REDIS.uri(), peppers, new SecureRandom())) {
            assertThat(control.announcements.beat()).isTrue();
            control.workspaces.create(ALICE, "ws_1", "");
            control.workspaces.create(ALICE, "ws_2", "");
            ManagedKey key = control.keys
                    .create(ALICE, TestControl.newKey("ws_1"))
                    .view()
                    .key();
            control.keys.revoke(ALICE, new KeyName("-", key.id()), "");
            assertThat(ImportWorld.importAll(control, "ws_2", ImportWorld.minted(3)))
                    .extracting(ImportedKey::outcome)
                    .containsOnly(ImportedKey.Outcome.IMPORTED);
            control.workspaces.setActive(ALICE, "ws_1", false);
            control.workspaces.setActive(ALICE, "ws_1", true);
            REDIS.commands().del("latchkey:key:" + key.digest().text());

            assertThat(control.reconciler.pass()).isTrue();
            control.sweep.begin();
            while (control.sweep.step()) {
                assertThat(control.reconciler.pass()).isTrue();
            }
            assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
            assertThat(control.keys.get(new KeyName("-", key.id())).key().id()).isEqualTo(key.id());
            assertThat(control.listing
                            .list(KeyQuery.all("ws_1"), new PageRequest(1, ""))
                            .items())
                    .hasSize(1);
            assertThat(control.workspaces
                            .list(WorkspaceScope.ALL, new PageRequest(1, ""))
                            .items())
                    .hasSize(1);
        }
    }

    /** Redis would put it into the folder that the tests run in. */
    private static String nodesFile() {
        try {
            Path folder = Files.createTempDirectory("latchkey-cluster");
            Path file = folder.resolve("nodes.conf");
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
