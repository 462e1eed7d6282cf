package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Timestamps;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.ManagedWorld;
import dev.latchkey.e2e.World;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.RotateKeyResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A key that takes another's place, as its users meet it behind a real Envoy. */
@Tag("one-envoy")
class RotationIT {
    private static ManagedWorld managed;
    private static World world;
    private static AdminApi admin;

    @BeforeAll
    static void start() throws IOException {
        managed = new ManagedWorld();
        world = managed.world;
        admin = managed.admin;
    }

    @AfterAll
    static void stop() {
        managed.close();
    }

    @Test
    void rotate_whileTheOldKeyIsUsed_noRequestIsDenied() {
        CreateKeyResponse old = admin.createKey("ws_1");
        assertThat(status(old.getSecret())).isEqualTo(200);
        AtomicBoolean rotated = new AtomicBoolean();
        CompletableFuture<Integer> user = CompletableFuture.supplyAsync(() -> {
            int requests = 0;
            while (!rotated.get() || requests < 100) {
                assertThat(status(old.getSecret())).isEqualTo(200);
                requests++;
            }
            return requests;
        });

        RotateKeyResponse answer = rotate(old, 3600);
        rotated.set(true);

        assertThat(status(answer.getSecret())).isEqualTo(200);
        assertThat(user.join()).isPositive();
        assertThat(status(old.getSecret())).isEqualTo(200);
        assertThat(answer.getPredecessor().getId()).isEqualTo(old.getKey().getId());
    }

    @Test
    void rotate_overlapEnds_theOldKeyIsExpiredWithoutAnybodySayingSo() {
        CreateKeyResponse old = admin.createKey("ws_1");
        String fresh = rotate(old, 2).getSecret();
        assertThat(status(fresh)).isEqualTo(200);

        Awaitility.await().until(() -> status(old.getSecret()) == 401);

        World.assertProblem(world.get("/v1/cases", old.getSecret()), 401, "AUTH_EXPIRED_KEY");
        assertThat(status(fresh)).isEqualTo(200);
    }

    /** The sidecar notes uses every 30 s, so what the list says is never older than a minute. */
    @Test
    void rotate_oldKeyIsStillUsed_theListShowsItWithinAMinute() {
        CreateKeyResponse old = admin.createKey("ws_1");
        RotateKeyResponse rotated = rotate(old, 3600);
        long rotation = Timestamps.toMillis(rotated.getKey().getCreateTime());
        assertThat(listed(old.getKey().getId()).hasLastUsedTime()).isFalse();
        // Uses are noted to the second.
        Awaitility.await().until(() -> System.currentTimeMillis() > rotation + 1000);

        assertThat(status(old.getSecret())).isEqualTo(200);

        Key shown = Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> listed(old.getKey().getId()), Key::hasLastUsedTime);
        assertThat(Timestamps.toMillis(shown.getLastUsedTime())).isGreaterThan(rotation);
        assertThat(shown.getSuccessor()).isEqualTo(rotated.getKey().getId());
        assertThat(listed(rotated.getKey().getId()).hasLastUsedTime()).isFalse();
    }

    private static Key listed(String id) {
        ListKeysRequest request = ListKeysRequest.newBuilder()
                .setWorkspace("ws_1")
                .setOrderBy("create_time desc")
                .build();
        return admin.keys().listKeys(request).getKeysList().stream()
                .filter(key -> key.getId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rotate_leakedKeyWithoutOverlap_isDeniedAtOnce() {
        CreateKeyResponse old = admin.createKey("ws_1");
        assertThat(status(old.getSecret())).isEqualTo(200);

        String fresh = rotate(old, 0).getSecret();

        Awaitility.await().until(() -> status(old.getSecret()) == 401);
        assertThat(status(fresh)).isEqualTo(200);
    }

    private static RotateKeyResponse rotate(CreateKeyResponse old, long overlapSeconds) {
        return admin.keys()
                .rotateKey(RotateKeyRequest.newBuilder()
                        .setWorkspace("-")
                        .setId(old.getKey().getId())
                        .setOverlap(Duration.newBuilder().setSeconds(overlapSeconds))
                        .build());
    }

    private static int status(String key) {
        return world.get("/v1/cases", key).status();
    }
}
