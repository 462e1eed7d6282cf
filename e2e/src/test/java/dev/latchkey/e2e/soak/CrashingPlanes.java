package dev.latchkey.e2e.soak;

import dev.latchkey.config.SettingsLoader;
import dev.latchkey.config.SettingsLoader.ProcessKind;
import dev.latchkey.control.ControlPlane;
import dev.latchkey.decision.Policies;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.World;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/**
 * A process with many control planes, each of which has a part of Redis to itself, so that one SIGKILL stops all of
 * them, each at another step.
 */
final class CrashingPlanes {
    private CrashingPlanes() {}

    /** @param args for each control plane the prefix of its names and the port at which it finds Redis */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<ControlPlane> planes = new ArrayList<>();
        for (int i = 0; i < args.length; i += 2) {
            planes.add(start(args[i], Integer.parseInt(args[i + 1]), Clock.systemUTC()));
        }
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> planes.stream().allMatch(ControlPlane::ready));
        StringBuilder ports = new StringBuilder("ready");
        planes.forEach(plane -> ports.append(' ').append(plane.port()));
        System.out.println(ports);
        new CountDownLatch(1).await();
    }

    /** Starts a control plane that waits for Redis with much patience. */
    static ControlPlane start(String prefix, int redisPort, Clock clock) throws IOException {
        Map<String, String> variables = Map.of(
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_REDIS_URI",
                "redis://127.0.0.1:" + redisPort,
                "LATCHKEY_REDIS_PREFIX",
                prefix,
                "LATCHKEY_CONTROL_OPS_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_LISTEN",
                "127.0.0.1:0",
                "LATCHKEY_CONTROL_TOKENS",
                AdminApi.TOKENS);
        return ControlPlane.start(
                SettingsLoader.load(ProcessKind.CONTROL, null, variables).settings(),
                new Policies(World.reference(), Map.of()),
                clock,
                Duration.ofSeconds(60));
    }
}
