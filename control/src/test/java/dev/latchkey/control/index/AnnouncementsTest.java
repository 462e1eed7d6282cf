package dev.latchkey.control.index;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.key.Peppers;
import dev.latchkey.redis.RealRedis;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AnnouncementsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String BOTH = TestControl.PEPPER_2 + "," + TestControl.PEPPER_1;
    private static final String OTHER_2 = "2:" + TestControl.PEPPER_1.substring(2);

    @Test
    void beat_eachTime_movesTheCanary() {
        try (TestControl control = new TestControl(REDIS.uri())) {
            long before = redisMillis();
            assertThat(control.announcements.beat()).isTrue();
            Map<String, String> first = REDIS.commands().hgetall("latchkey:canary");
            assertThat(control.announcements.beat()).isTrue();
            Map<String, String> second = REDIS.commands().hgetall("latchkey:canary");

            assertThat(first).containsOnlyKeys("seq", "at").containsEntry("seq", "1");
            assertThat(second).containsEntry("seq", "2");
            assertThat(Long.parseLong(second.get("at"))).isBetween(before, redisMillis());
        }
    }

    @Test
    void beat_severalPeppers_publishesEach() {
        try (TestControl control = new TestControl(REDIS.uri(), BOTH, new SecureRandom())) {
            assertThat(control.announcements.beat()).isTrue();
            Peppers peppers = Peppers.parse(BOTH);
            assertThat(REDIS.commands().get("latchkey:meta:pepper:1")).isEqualTo(peppers.check(1));
            assertThat(REDIS.commands().get("latchkey:meta:pepper:2")).isEqualTo(peppers.check(2));
        }
    }

    @Test
    void beat_versionIsAnotherPeppers_isAProblemThatNamesItAndOverwritesNothing() {
        try (TestControl control = new TestControl(REDIS.uri(), BOTH, new SecureRandom());
                TestControl other = new TestControl(REDIS.uri(), OTHER_2, new SecureRandom())) {
            assertThat(control.announcements.beat()).isTrue();
            String published = REDIS.commands().get("latchkey:meta:pepper:2");

            assertThat(other.announcements.beat()).isFalse();
            assertThat(other.announcements.problem())
                    .get()
                    .asString()
                    .contains("pepper version 2 is not the one in use");
            assertThat(REDIS.commands().get("latchkey:meta:pepper:2")).isEqualTo(published);
        }
    }

    @Test
    void create_underAPepperThatIsNotTheOneInUse_isRefused() {
        try (TestControl control = new TestControl(REDIS.uri(), BOTH, new SecureRandom());
                TestControl other = new TestControl(REDIS.uri(), OTHER_2, new SecureRandom())) {
            control.workspaces.create(ALICE, "ws_1", "");
            assertThat(control.announcements.beat()).isTrue();

            assertThatThrownBy(() -> other.keys.create(ALICE, TestControl.newKey("ws_1")))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("no key was made: pepper version 2");
            assertThat(REDIS.commands().keys("latchkey:key:*")).isEmpty();
        }
    }

    @Test
    void beat_namesWereFlushed_publishesThemAgain() {
        try (TestControl control = new TestControl(REDIS.uri())) {
            assertThat(control.announcements.beat()).isTrue();
            REDIS.commands().flushall();
            for (int beat = 0; beat < 10; beat++) {
                assertThat(control.announcements.beat()).isTrue();
            }
            assertThat(REDIS.commands().get("latchkey:meta:pepper:1")).isNotNull();
        }
    }

    private static long redisMillis() {
        List<String> time = REDIS.commands().time();
        return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
    }
}
