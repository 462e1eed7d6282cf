package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.ControlUser;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.audit.AuditEntry;
import dev.latchkey.control.audit.AuditTrail;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.CrashProxy;
import dev.latchkey.redis.CrashProxy.Moment;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * New keys whose secret may have reached nobody: withdrawn where that is known, and shown as what they are where it is
 * not.
 */
class UnansweredKeysTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final Caller ONCE = new Caller("alice", "req-1");
    private static final Duration ABANDONED = Duration.ofSeconds(31);
    private static final String MARKS = "latchkey:ledger:{ws_1}:answers";

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    /** A call that makes a key, and the command by which its secret may be shown. */
    private enum Making {
        CREATE {
            @Override
            void run(TestControl by, String old) {
                by.keys.create(ONCE, TestControl.newKey("ws_1"));
            }

            @Override
            boolean isConfirmedBy(List<String> command) {
                return command.size() == 8 && command.get(3).endsWith(":pending") && command.contains("open");
            }
        },
        ROTATE {
            @Override
            void run(TestControl by, String old) {
                by.keys.rotate(ONCE, replacement(old));
            }

            @Override
            boolean isConfirmedBy(List<String> command) {
                return command.contains("key.rotate");
            }
        };

        abstract void run(TestControl by, String old);

        abstract boolean isConfirmedBy(List<String> command);
    }

    @ParameterizedTest
    @EnumSource
    void making_redisIsGoneFromTheConfirmationOn_saysThatAKeyMayExistAndWithdrawsItOnceItCan(Making making)
            throws IOException {
        withLostConfirmation(making, cutOff -> {
            ManagedKey made = newest();
            assertThat(control.indexed(made)).get().matches(record -> !record.revoked(), "works for now");

            Awaitility.await().until(cutOff.reconciler::pass);

            assertThat(control.indexed(made)).get().matches(KeyRecord::revoked);
            assertThat(view(made).state()).isEqualTo(KeyView.State.REVOKED);
            assertThat(view(made).key().withdrawn()).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void making_redisIsGoneFromTheConfirmationOn_repeatMakesAFreshKey(Making making) throws IOException {
        String old =
                answered(control.keys.create(ALICE, TestControl.newKey("ws_1"))).id();
        withLostConfirmation(making, old, cutOff -> {
            ManagedKey made = newest();
            Awaitility.await().until(cutOff.reconciler::pass);

            making.run(control, old);

            assertThat(newest().id()).isNotEqualTo(made.id());
            assertThat(control.indexed(newest())).get().matches(record -> !record.revoked());
        });
    }

    /** The withdrawal was in memory only, and is gone with its process; what is left is the mark. */
    @ParameterizedTest
    @EnumSource
    void making_controlPlaneIsGoneToo_keyIsShownAsUnconfirmedUntilItIsUsed(Making making) throws IOException {
        withLostConfirmation(making, cutOff -> {});
        ManagedKey left = newest();
        assertThat(view(left).answerUnconfirmed())
                .as("its answer may be under way")
                .isFalse();
        control.clock.advance(ABANDONED);
        assertThat(control.reconciler.pass()).isTrue();
        assertThat(control.reconciler.pass()).isTrue();

        assertThat(view(left).answerUnconfirmed()).isTrue();
        assertThat(listed(left).answerUnconfirmed()).isTrue();
        assertThat(audit("key.unanswered"))
                .singleElement()
                .matches(entry -> entry.key().equals(left.id()))
                .matches(entry -> entry.actor().equals("latchkey"))
                .matches(entry -> entry.unreadable().isEmpty());

        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) control.clock.millis(), left.id());
        assertThat(view(left).answerUnconfirmed()).isFalse();
        assertThat(listed(left).answerUnconfirmed()).isFalse();
    }

    @Test
    void create_answerIsNeitherSentNorWithdrawn_isUnconfirmedAndCanBeRotatedOrRevoked() {
        ManagedKey left =
                control.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
        control.clock.advance(ABANDONED);
        assertThat(control.reconciler.pass()).isTrue();

        RotatedKey rotated = control.keys.rotate(ALICE, replacement(left.id()));
        assertThat(rotated.old().answerUnconfirmed()).isTrue();
        assertThat(control.keys.revoke(ALICE, name(left), "nobody has it").answerUnconfirmed())
                .isFalse();
    }

    @Test
    void create_answered_isNeverUnconfirmed() {
        ManagedKey key = answered(control.keys.create(ALICE, TestControl.newKey("ws_1")));
        control.clock.advance(ABANDONED);
        assertThat(control.reconciler.pass()).isTrue();

        assertThat(view(key).answerUnconfirmed()).isFalse();
        assertThat(REDIS.commands().exists(MARKS)).isZero();
        assertThat(audit("key.unanswered")).isEmpty();
    }

    @Test
    void create_answeredWhileRedisIsGone_isNotedOnceItIsBack() throws IOException {
        try (CrashProxy proxy = new CrashProxy(REDIS.port(), command -> command.contains(MARKS));
                TestControl cutOff = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            ManagedKey key =
                    cutOff.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
            proxy.crashAt(1, Moment.BEFORE, () -> {});
            cutOff.keys.answered(key);
            assertThat(REDIS.commands().hgetall(MARKS)).containsEntry(key.id(), "open");
            proxy.mend();
            proxy.hangUp();
            Awaitility.await().until(cutOff.reconciler::pass);
            control.clock.advance(ABANDONED);
            assertThat(control.reconciler.pass()).isTrue();

            assertThat(REDIS.commands().exists(MARKS)).isZero();
            assertThat(view(key).answerUnconfirmed()).isFalse();
        }
    }

    @Test
    void create_answerCannotBeSent_isWithdrawnAndTheRepeatMakesAnother() {
        CreatedKey first = control.keys.create(ONCE, TestControl.newKey("ws_1"));
        control.keys.unanswered(first.view().key());
        assertThat(control.indexed(first.view().key())).get().matches(KeyRecord::revoked);

        CreatedKey second = control.keys.create(ONCE, TestControl.newKey("ws_1"));

        assertThat(second.isRepeated()).isFalse();
        assertThat(audit("key.withdraw"))
                .singleElement()
                .matches(entry -> entry.reason().equals("the answer with its secret could not be sent"));
    }

    @Test
    void create_repeatedAfterItsAnswer_isInDoubtForAllUntilItsFirstUse() {
        ManagedKey key = answered(control.keys.create(ONCE, TestControl.newKey("ws_1")));
        assertThat(view(key).answerUnconfirmed()).isFalse();

        assertThat(control.keys.create(ONCE, TestControl.newKey("ws_1")).view().answerUnconfirmed())
                .isTrue();
        assertThat(view(key).answerUnconfirmed()).isTrue();
        assertThat(audit("key.unanswered"))
                .singleElement()
                .matches(entry -> entry.requestId().equals("req-1"));

        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) control.clock.millis(), key.id());
        assertThat(control.keys.create(ONCE, TestControl.newKey("ws_1")).view().answerUnconfirmed())
                .isFalse();
        assertThat(view(key).answerUnconfirmed()).isFalse();
    }

    @Test
    void withdraw_indexCannotBeWritten_isRecordedAndFinishedByTheReconciler() {
        ControlUser user = new ControlUser(REDIS);
        try (TestControl limited = new TestControl(user.uri())) {
            ManagedKey key = limited.keys
                    .create(ALICE, TestControl.newKey("ws_1"))
                    .view()
                    .key();
            user.mayNotWriteIndex();
            limited.keys.unanswered(key);
            assertThat(control.indexed(key)).get().matches(record -> !record.revoked());

            assertThat(control.reconciler.pass()).isTrue();
            assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        }
    }

    private void withLostConfirmation(Making making, Consumer<TestControl> then) throws IOException {
        withLostConfirmation(
                making,
                answered(control.keys.create(ALICE, TestControl.newKey("ws_1"))).id(),
                then);
    }

    /**
     * Makes a key through a control plane that Redis answers no longer once it has done the confirmation; then it does
     * again.
     */
    private void withLostConfirmation(Making making, String old, Consumer<TestControl> then) throws IOException {
        try (CrashProxy proxy = new CrashProxy(REDIS.port(), making::isConfirmedBy);
                TestControl cutOff = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            // Ids sort by the time of their making.
            cutOff.clock.advance(Duration.ofSeconds(1));
            control.clock.advance(Duration.ofSeconds(2));
            proxy.crashAt(1, Moment.AFTER, () -> {});
            assertThatThrownBy(() -> making.run(cutOff, old))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("an active key " + newest().id() + " may exist")
                    .hasMessageNotContaining("no usable key was made");
            proxy.mend();
            proxy.hangUp();
            then.accept(cutOff);
        }
    }

    private ManagedKey newest() {
        return control.listing
                .list(new KeyQuery("ws_1", true, "", "", Optional.empty(), "create_time desc"), new PageRequest(1, ""))
                .items()
                .get(0)
                .key();
    }

    private ManagedKey answered(CreatedKey created) {
        control.keys.answered(created.view().key());
        return created.view().key();
    }

    private KeyView view(ManagedKey key) {
        return control.keys.get(name(key));
    }

    private KeyView listed(ManagedKey key) {
        return control.listing.list(KeyQuery.all("ws_1"), new PageRequest(1000, "")).items().stream()
                .filter(view -> view.key().id().equals(key.id()))
                .findFirst()
                .orElseThrow();
    }

    private List<AuditEntry> audit(String action) {
        return new AuditTrail(control.redis, control.schema)
                .before("ws_1", "", 0, 100).stream()
                        .filter(entry -> entry.action().equals(action))
                        .toList();
    }

    private static KeyName name(ManagedKey key) {
        return new KeyName("ws_1", key.id());
    }

    private static Replacement replacement(String id) {
        return new Replacement(new KeyName("-", id), Optional.empty(), Optional.empty());
    }
}
