package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.redis.RealRedis;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyManagerTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final long NOW = FakeClock.START.toEpochMilli();
    private static final String RAW_KEY = "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREx";
    private static final PageRequest FIRST = new PageRequest(0, "");

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.create(ALICE, "ws_2", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void create_soundRequest_keyIsInTheIndexAsAsked() {
        NewKey wanted =
                new NewKey("ws_1", "CRM", "test", List.of("cases:write", "cases:read"), new Expiry.Lifetime(60, 0));
        CreatedKey created = control.keys.create(ALICE, wanted);

        ManagedKey key = created.view().key();
        assertThat(key.id()).matches("key_[0-9a-hjkmnp-tv-z]{26}");
        assertThat(created.view().state()).isEqualTo(KeyView.State.ACTIVE);
        assertThat(created.secret().reveal())
                .startsWith("opt_test_")
                .startsWith(key.start())
                .hasSize(47);
        assertThat(key.start()).hasSize(13);
        assertThat(new KeyFormat("opt", false).parse(created.secret().reveal()))
                .isInstanceOf(Credential.Presented.class);
        KeyRecord record =
                control.indexed(control.peppers.newest(created.secret())).orElseThrow();
        assertThat(record).isEqualTo(key.record());
        assertThat(record.environment()).isEqualTo(Environment.TEST);
        assertThat(record.scopes()).containsExactly("cases:write", "cases:read");
        assertThat(record.expiresAt()).isEqualTo(NOW + 60_000);
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }

    @Test
    void create_inactiveWorkspace_succeeds() {
        control.workspaces.setActive(ALICE, "ws_1", false);
        assertThat(control.indexed(create("ws_1").view().key())).isPresent();
    }

    @Test
    void create_unknownWorkspace_isNotFoundThatNamesIt() {
        assertThatThrownBy(() -> create("ws_9"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessageContaining("ws_9");
        assertThat(REDIS.commands().keys("latchkey:key:*")).isEmpty();
    }

    @Test
    void create_wrongRequest_isRefusedBeforeTheUnknownWorkspaceIs() {
        assertThatThrownBy(() -> control.keys.create(
                        ALICE, new NewKey("ws_9", "", "live", List.of("cases:read"), Expiry.Never.NEVER)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }

    static Stream<Arguments> claims() {
        return Stream.of(
                Arguments.of("an active key, under the newest pepper", 2, "active"),
                Arguments.of("a tombstone, under the newest pepper", 2, "revoked"),
                Arguments.of("an active key, under an older pepper", 1, "active"),
                Arguments.of("a tombstone, under an older pepper", 1, "revoked"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("claims")
    void create_mintedKeyExists_isMintedAnew(String row, int pepper, String state) {
        String peppers = TestControl.PEPPER_2 + "," + TestControl.PEPPER_1;
        try (TestControl twoPeppers = new TestControl(REDIS.uri(), peppers, new ScriptedRandom())) {
            PresentedKey first = new KeyFormat("opt", false).mint(Environment.LIVE, new ScriptedRandom());
            KeyDigest claimed = twoPeppers.peppers.all(first).stream()
                    .filter(digest -> digest.pepperVersion() == pepper)
                    .findFirst()
                    .orElseThrow();
            REDIS.commands().hset("latchkey:key:" + claimed.text(), Map.of("id", "key_other", "state", state));

            CreatedKey created = twoPeppers.keys.create(ALICE, TestControl.newKey("ws_1"));
            assertThat(created.secret().reveal()).isNotEqualTo(first.reveal());
            assertThat(REDIS.commands().hget("latchkey:key:" + claimed.text(), "id"))
                    .isEqualTo("key_other");
        }
    }

    @Test
    void listAndGet_sidecarsHaveToldTheLastUse_showIt() {
        ManagedKey used = create("ws_1").view().key();
        control.clock.advance(Duration.ofMillis(1));
        ManagedKey unused = create("ws_1").view().key();
        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) NOW, used.id());

        assertThat(control.listing.list(KeyQuery.active("ws_1"), FIRST).items())
                .extracting(KeyView::lastUsedAt)
                .containsExactly(OptionalLong.of(NOW), OptionalLong.empty());
        assertThat(control.keys.get(new KeyName("-", used.id())).lastUsedAt()).hasValue(NOW);
        assertThat(control.keys.get(new KeyName("-", unused.id())).lastUsedAt()).isEmpty();
    }

    @Test
    void revoke_lastUseCannotBeRead_isDoneAllTheSame() {
        ManagedKey key = create("ws_1").view().key();
        REDIS.commands().set("latchkey:used:{ws_1}", "damage");

        assertThat(control.keys.revoke(ALICE, new KeyName("-", key.id()), "").lastUsedAt())
                .isEmpty();
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void get_byWorkspaceOrAny_isTheKey() {
        ManagedKey key = create("ws_1").view().key();
        assertThat(control.keys.get(new KeyName("ws_1", key.id())).key()).isEqualTo(key);
        assertThat(control.keys.get(new KeyName("-", key.id())).key()).isEqualTo(key);
    }

    @Test
    void getAndRevoke_unknownIdAndIdOfAnotherWorkspace_areTheSameNotFound() {
        ManagedKey key = create("ws_1").view().key();
        String unknown = "key_00000000000000000000000000";
        List<KeyName> names =
                List.of(new KeyName("ws_2", key.id()), new KeyName("ws_2", unknown), new KeyName("-", unknown));

        List<String> answers = new ArrayList<>();
        for (KeyName name : names) {
            for (Function<KeyName, KeyView> call :
                    List.<Function<KeyName, KeyView>>of(control.keys::get, n -> control.keys.revoke(ALICE, n, ""))) {
                assertThatThrownBy(() -> call.apply(name)).isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
                    answers.add(e.getMessage().replace(name.id(), "ID"));
                });
            }
        }
        assertThat(answers).hasSize(6).containsOnly(answers.get(0));
        assertThat(control.indexed(key)).get().matches(record -> !record.revoked());
    }

    @Test
    void get_unknownWorkspace_isNotFoundThatNamesIt() {
        assertThatThrownBy(() -> control.keys.get(new KeyName("ws_9", "key_1"))).hasMessageContaining("workspace ws_9");
        assertThatThrownBy(() -> control.listing.list(KeyQuery.active("ws_9"), FIRST))
                .hasMessageContaining("workspace ws_9");
    }

    @Test
    void revoke_activeKey_indexHasTheTombstoneOnReturn() {
        ManagedKey key = create("ws_1").view().key();
        control.clock.advance(Duration.ofSeconds(5));
        KeyView view = control.keys.revoke(BOB, new KeyName("-", key.id()), "leaked");

        assertThat(view.state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        assertThat(control.keys.get(new KeyName("-", key.id())).key().revokedAt())
                .isEqualTo(NOW + 5000);
    }

    @Test
    void revoke_twice_succeedsAndChangesNothing() {
        ManagedKey key = create("ws_1").view().key();
        KeyView first = control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");
        control.clock.advance(Duration.ofSeconds(5));
        KeyView second = control.keys.revoke(BOB, new KeyName("ws_1", key.id()), "again");

        assertThat(second).isEqualTo(first);
        assertThat(REDIS.commands().xlen("latchkey:ledger:{ws_1}:audit"))
                .as("workspace.create, key.create, one key.revoke")
                .isEqualTo(3);
    }

    @Test
    void revoke_tombstoneWasLostFromTheIndex_repeatedCallBringsItBack() {
        ManagedKey key = create("ws_1").view().key();
        control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");
        REDIS.commands().hset("latchkey:key:" + key.digest().text(), Map.of("state", "active", "rev", "1"));

        control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void revoke_indexHoldsAnotherIdUnderItsName_isAConflictNotASuccess() {
        ManagedKey key = create("ws_1").view().key();
        REDIS.commands().hset("latchkey:key:" + key.digest().text(), "id", "key_other");

        assertThatThrownBy(() -> control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), ""))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("get without id", call(m -> m.get(new KeyName("ws_1", ""))), "id"),
                Arguments.of("get of a key", call(m -> m.get(new KeyName("-", RAW_KEY))), "id"),
                Arguments.of("get without workspace", call(m -> m.get(new KeyName("", "key_1"))), "workspace"),
                Arguments.of(
                        "a reason of 201",
                        call(m -> m.revoke(ALICE, new KeyName("-", "key_1"), "r".repeat(201))),
                        "reason"),
                Arguments.of(
                        "a reason with a line break",
                        call(m -> m.revoke(ALICE, new KeyName("-", "key_1"), "a\rb")),
                        "reason"),
                Arguments.of(
                        "a reason with a key",
                        call(m -> m.revoke(ALICE, new KeyName("-", "key_1"), RAW_KEY)),
                        "reason"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void call_oneFieldIsWrong_namesIt(String row, Function<KeyManager, Object> call, String field) {
        assertThatThrownBy(() -> call.apply(control.keys))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.INVALID);
                    assertThat(e.violations())
                            .singleElement()
                            .extracting(Violation::field)
                            .isEqualTo(field);
                })
                .hasMessageNotContaining(RAW_KEY);
    }

    private static Function<KeyManager, Object> call(Function<KeyManager, Object> call) {
        return call;
    }

    private CreatedKey create(String workspace) {
        return control.keys.create(ALICE, TestControl.newKey(workspace));
    }

    /** Gives the same numbers each time it is made. */
    private static final class ScriptedRandom extends SecureRandom {
        private int calls;

        @Override
        public int nextInt(int bound) {
            return calls++ % bound;
        }
    }
}
