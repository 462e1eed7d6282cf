package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.util.Durations;
import dev.latchkey.control.time.RedisClock;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RetryPace;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.RevokeKeyRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A control plane whose clock is not Redis'. */
class ControlClockTest {
    private static final long LIFE_SECONDS = 3600;

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @Test
    void clock_isHalfAMinuteOff_endsGoByRedisAndTheSkewIsShown() throws IOException {
        try (RunningControlPlane control = started(Duration.ofSeconds(-30))) {
            Key key = control.keys().createKey(request(LIFE_SECONDS)).getKey();

            long redis = Long.parseLong(REDIS.commands().time().get(0));
            assertThat(key.getExpireTime().getSeconds()).isCloseTo(redis + LIFE_SECONDS, within(10L));
            assertThat(control.get("/readyz").body()).startsWith("ready\n- the clock here differs from Redis' by -");
            assertThat(control.get("/metrics").body()).containsPattern("latchkey_clock_skew_seconds -(29|30)\\.");
        }
    }

    @Test
    void clock_isAnHourOff_noKeyGetsAnEndAndRevokesWork() throws IOException {
        try (RunningControlPlane control = started(Duration.ofHours(1))) {
            assertThatThrownBy(() -> control.keys().createKey(request(LIFE_SECONDS)))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE))
                    .hasMessageContaining("the clock here differs from Redis' by 3600 s")
                    .hasMessageContaining("nothing was changed");

            Key endless = control.keys().createKey(request(0)).getKey();
            assertThat(control.keys()
                            .revokeKey(RevokeKeyRequest.newBuilder()
                                    .setWorkspace("ws_1")
                                    .setId(endless.getId())
                                    .build())
                            .getKey()
                            .getState())
                    .isEqualTo(KeyState.REVOKED);
        }
    }

    private static RunningControlPlane started(Duration ahead) throws IOException {
        RunningControlPlane control = new RunningControlPlane(
                RunningControlPlane.settings("127.0.0.1:0", REDIS.uri(), TestControl.PEPPER_1),
                Duration.ofSeconds(5),
                RetryPace.ofSystem(),
                new FakeClock(),
                redis -> new RedisClock(Clock.offset(Clock.systemUTC(), ahead), System::nanoTime, redis::millis));
        Awaitility.await().until(() -> control.get("/readyz").statusCode() == 200);
        control.workspaces()
                .createWorkspace(
                        CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
        return control;
    }

    private static CreateKeyRequest request(long lifetimeSeconds) {
        CreateKeyRequest.Builder request = CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName("CRM")
                .setEnvironment(Environment.LIVE)
                .addScopes("cases:read");
        if (lifetimeSeconds > 0) {
            request.setLifetime(Durations.fromSeconds(lifetimeSeconds));
        }
        return request.build();
    }
}
