package dev.latchkey.e2e.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.TwoProcesses;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sidecar process that stands still for longer than its lease, as after a long pause of a virtual machine. */
@Tag("one-envoy")
class StoppedSidecarIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final Duration LONGER_THAN_THE_LEASE = Duration.ofSeconds(3);

    @Test
    void keyRevokedMeanwhile_isRefusedByTheFirstCheckAfterwards() throws IOException {
        try (TwoProcesses processes = new TwoProcesses(REDIS.uri(), REDIS.uri(), Map.of())) {
            processes.awaitReady();
            Awaitility.await().until(() -> processes.sidecarMetric("latchkey_cache_usable") == 1);
            processes.createWorkspace();
            CreateKeyResponse key = processes.create();
            assertThat(processes.check(key.getSecret())).isEqualTo("200 ok");
            double hits = processes.sidecarMetric("latchkey_cache_lookups_total{result=\"hit\"}");
            Awaitility.await().until(() -> {
                assertThat(processes.check(key.getSecret())).isEqualTo("200 ok");
                return processes.sidecarMetric("latchkey_cache_lookups_total{result=\"hit\"}") > hits;
            });

            CommandProcess.signal(processes.sidecarPid(), "STOP");
            long stopped = System.nanoTime();
            try {
                processes.revoke(key.getKey().getId());
                Awaitility.await().until(() -> System.nanoTime() - stopped > LONGER_THAN_THE_LEASE.toNanos());
            } finally {
                CommandProcess.signal(processes.sidecarPid(), "CONT");
            }

            assertThat(processes.check(key.getSecret())).doesNotStartWith("200");
            Awaitility.await().until(() -> processes.check(key.getSecret()).equals("401 revoked_key"));
            Awaitility.await().until(() -> processes.sidecarMetric("latchkey_cache_usable") == 1);
        }
    }
}
