package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.redis.StoreException.Fault;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.FaultProxy;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RedisOutageTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private TestControl control;
    private ManagedKey key;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        key = control.keys.create(ALICE, TestControl.newKey("ws_1")).view().key();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void calls_redisIsGone_failAtOnceAndWorkAgainWhenItIsBack() throws InterruptedException {
        REDIS.kill();
        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(this::revoke)
                        .isInstanceOfSatisfying(
                                StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.UNREACHABLE))
                        .hasMessageContaining("nothing was changed")
                        .hasMessageContaining("repeat the call"));
        assertThat(control.reconciler.pass()).isFalse();
        assertThat(control.reconciler.problem()).get().asString().contains("127.0.0.1:" + REDIS.port());

        REDIS.start();
        Awaitility.await().until(control.reconciler::pass);
        assertThat(control.workspaces.create(ALICE, "ws_1", "").active()).isTrue();
    }

    @Test
    void revoke_redisHangs_isUncertainWithinTheBoundAndRepeatable() {
        REDIS.pause();
        try {
            assertThatThrownBy(this::revoke)
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.UNCERTAIN))
                    .hasMessageContaining("repeat the call");
        } finally {
            REDIS.resume();
        }
        Awaitility.await().ignoreExceptions().until(() -> revoke().state() == KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    /** As when a firewall forgets a connection: no end of it is seen, and TCP would try for a quarter of an hour. */
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void revoke_connectionSilentButOpen_isUncertainOnceAndThenWorksOverANewOne(Lost lost) throws IOException {
        try (FaultProxy proxy = new FaultProxy(REDIS.port());
                TestControl cutOff = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            switch (lost) {
                case ANSWERS -> proxy.freezeAnswers();
                case REQUESTS -> proxy.freezeCommands();
                case BOTH -> proxy.freeze();
            }

            assertThatThrownBy(() -> revoke(cutOff))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.UNCERTAIN));

            Awaitility.await().ignoreExceptions().until(() -> revoke(cutOff).state() == KeyView.State.REVOKED);
            assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        }
    }

    private enum Lost {
        ANSWERS,
        REQUESTS,
        BOTH
    }

    private KeyView revoke() {
        return revoke(control);
    }

    private KeyView revoke(TestControl control) {
        return control.keys.revoke(ALICE, new KeyName("-", key.id()), "");
    }
}
