package dev.latchkey.control.index;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.redis.RealRedis;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Between two control planes: one with the old pepper alone, one with the new one alone. */
class StoreCheckTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private TestControl old;
    private TestControl next;

    @BeforeEach
    void start() {
        old = new TestControl(REDIS.uri());
        next = new TestControl(REDIS.uri(), TestControl.PEPPER_2, new SecureRandom());
        old.workspaces.create(ALICE, "ws_1", "");
        old.workspaces.create(ALICE, "ws_2", "");
        old.announcements.beat();
    }

    @AfterEach
    void stop() {
        old.close();
        next.close();
    }

    @Test
    void pass_nothingStored_isFineAndNotesTheSchema() {
        REDIS.commands().flushall();
        StoreCheck check = check(next, Set.of());

        assertThat(check.problem()).isPresent();
        assertThat(check.pass()).isTrue();

        assertThat(check.problem()).isEmpty();
        assertThat(check.refusal()).isNotDone();
        assertThat(REDIS.commands().get("latchkey:meta:schema")).isEqualTo("1");
    }

    @Test
    void pass_activeKeyUnderAMissingPepper_isRefusedAndNamesOne() {
        String id =
                old.keys.create(ALICE, TestControl.newKey("ws_2")).view().key().id();

        StoreCheck check = check(next, Set.of());

        assertThat(check.pass()).isTrue();
        assertThat(check.refusal())
                .isCompletedWithValueMatching(
                        text -> text.contains("pepper version 1 is missing (expected: in keys.peppers")
                                && text.contains(id + " of ws_2")
                                && text.contains("keys.abandoned-peppers: 1"));
        assertThat(check.problem()).isPresent();
        assertThat(REDIS.commands().exists("latchkey:meta:retired-pepper:1")).isZero();
    }

    @Test
    void pass_activeKeyAndAbandonedPepper_isFineAndRetiresIt() {
        old.keys.create(ALICE, TestControl.newKey("ws_1"));

        StoreCheck check = check(next, Set.of(1));
        check.pass();

        assertThat(check.problem()).isEmpty();
        assertThat(REDIS.commands().exists("latchkey:meta:retired-pepper:1")).isOne();
    }

    @Test
    void pass_onlyRevokedAndExpiredKeys_retiresThePepper() {
        String id =
                old.keys.create(ALICE, TestControl.newKey("ws_1")).view().key().id();
        old.keys.revoke(ALICE, new KeyName("ws_1", id), "");
        old.keys.create(ALICE, new NewKey("ws_1", "short", "live", List.of("cases:read"), new Expiry.Lifetime(60, 0)));
        next.clock.advance(Duration.ofSeconds(60));

        StoreCheck check = check(next, Set.of());
        check.pass();

        assertThat(check.problem()).isEmpty();
        assertThat(REDIS.commands().exists("latchkey:meta:retired-pepper:1")).isOne();
    }

    @Test
    void pass_pepperThatIsRetiredAndConfiguredAgain_isNoLongerRetired() {
        check(next, Set.of()).pass();
        assertThat(old.announcements.newestPepperProblem()).get().asString().contains("was retired");

        check(old, Set.of()).pass();

        assertThat(REDIS.commands().exists("latchkey:meta:retired-pepper:1")).isZero();
        assertThat(old.announcements.newestPepperProblem()).isEmpty();
    }

    @Test
    void pass_pepperThatIsKept_isNotRetired() {
        try (TestControl both =
                new TestControl(REDIS.uri(), TestControl.PEPPER_2 + "," + TestControl.PEPPER_1, new SecureRandom())) {
            StoreCheck check = check(both, Set.of());
            check.pass();

            assertThat(check.problem()).isEmpty();
            assertThat(REDIS.commands().exists("latchkey:meta:retired-pepper:1"))
                    .isZero();
        }
    }

    @Test
    void pass_recordThatCannotBeRead_isRefused() {
        REDIS.commands().hset("latchkey:ledger:{ws_1}:records", "key_bad", "{}");
        REDIS.commands().zadd("latchkey:ledger:{ws_1}:ids", 0, "key_bad");

        StoreCheck check = check(next, Set.of());
        check.pass();

        assertThat(check.refusal())
                .isCompletedWithValueMatching(text -> text.contains("not known") && text.contains("key_bad"));
    }

    @Test
    void pass_newerSchema_isRefused() {
        REDIS.commands().set("latchkey:meta:schema", "2");

        StoreCheck check = check(next, Set.of());
        check.pass();

        assertThat(check.refusal())
                .isCompletedWithValueMatching(text -> text.contains("schema version 2 (expected: 1)"));
    }

    @Test
    void pass_redisDown_isTriedAgain() throws Exception {
        StoreCheck check = check(next, Set.of());
        REDIS.kill();

        assertThat(check.pass()).isFalse();
        assertThat(check.problem()).isPresent();
        assertThat(check.refusal()).isNotDone();
    }

    private static StoreCheck check(TestControl control, Set<Integer> abandoned) {
        return new StoreCheck(control.redis, control.schema, control.ledger, control.peppers, abandoned, control.clock);
    }
}
