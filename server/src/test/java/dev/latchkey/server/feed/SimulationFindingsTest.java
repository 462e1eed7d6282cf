package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What random schedules have shown to be wrong, step by step; that seeds go on to lead there is not to be relied on.
 */
class SimulationFindingsTest {
    private static final long SECOND = SimTime.SECOND;

    private SimWorld world = world(1);
    private SimSidecar sidecar = new SimSidecar(world);

    @Test
    void connectionWithoutPushes_fallenSilent_isReplaced() {
        world.redis.speakResp2(true);
        start();
        goOn(SECOND);

        world.redis.clients().forEach(client -> client.stall(true, true));
        world.redis.speakResp2(false);
        goOn(10 * SECOND);

        assertMemoryIsUsed();
    }

    @Test
    void connectionOnWhichNoCanaryIsEverPushed_isReplaced() {
        world.redis.mute(true);
        start();
        goOn(5 * SECOND);
        assertThat(hitsOfTwoChecks()).isZero();

        world.redis.mute(false);
        goOn(5 * SECOND);

        assertMemoryIsUsed();
    }

    /** Redis was busy when both arrived: it answers the heartbeat before it pushes the canary. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void canaryAndHeartbeatInOneCycle_isNoReasonToForget(long seed) {
        world = world(seed);
        sidecar = new SimSidecar(world);
        start();
        goOn(2 * SECOND - SECOND / 20);

        for (int i = 0; i < 8; i++) {
            world.redis.stop();
            goOn(SECOND / 10);
            world.redis.writeCanary();
            world.redis.resume();
            goOn(SECOND / 2 - SECOND / 10);
        }

        assertThat(sidecar.ends()).isEmpty();
        assertMemoryIsUsed();
    }

    private static SimWorld world(long seed) {
        return new SimWorld(seed, SimMutant.NONE, /* traced= */ false);
    }

    private void start() {
        world.startCanary();
        sidecar.start();
    }

    private void goOn(long duration) {
        long end = world.time.now() + duration;
        boolean more = true;
        while (more) {
            more = world.time.step(end);
        }
    }

    private void assertMemoryIsUsed() {
        assertThat(hitsOfTwoChecks()).isPositive();
        assertThat(world.history.violation()).isNull();
    }

    private long hitsOfTwoChecks() {
        long before = sidecar.hits();
        for (int i = 0; i < 2; i++) {
            sidecar.check(0);
            goOn(SECOND / 2);
        }
        return sidecar.hits() - before;
    }
}
