package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.redis.RealRedis;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeakedKeysTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String BOTH = TestControl.PEPPER_2 + "," + TestControl.PEPPER_1;
    private static final String IMPORTED = "opt_live_abc123def456ghi789";

    private TestControl control;
    private LeakedKeys leaked;

    @BeforeEach
    void start() {
        control = new TestControl(REDIS.uri(), BOTH, new SecureRandom());
        leaked = leaked(control);
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void stop() {
        control.close();
    }

    @Test
    void revoke_managedKey_isRevokedInLedgerAndIndex() {
        CreatedKey created = control.keys.create(ALICE, TestControl.newKey("ws_1"));

        KeyView revoked =
                leaked.revoke(BOB, WorkspaceScope.ALL, created.secret().reveal(), "in a repository");

        assertThat(revoked.key().id()).isEqualTo(created.view().key().id());
        assertThat(revoked.state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(created.view().key()).orElseThrow().revoked())
                .isTrue();
        assertThat(control.keys.get(new KeyName("ws_1", revoked.key().id())).state())
                .isEqualTo(KeyView.State.REVOKED);
        assertThat(REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", io.lettuce.core.Range.unbounded()))
                .last()
                .satisfies(entry -> assertThat(entry.getBody())
                        .containsEntry("actor", "bob")
                        .containsEntry("reason", "in a repository")
                        .doesNotContainValue(created.secret().reveal()));
    }

    @Test
    void find_keyOfAnOlderPepper_isFoundUnderIt() {
        PresentedKey secret;
        try (TestControl before = new TestControl(REDIS.uri(), TestControl.PEPPER_1, new SecureRandom())) {
            secret = before.keys.create(ALICE, TestControl.newKey("ws_1")).secret();
        }

        KeyView found = leaked.find(WorkspaceScope.ALL, secret.reveal());

        assertThat(found.key().digest().pepperVersion()).isEqualTo(1);
        assertThat(found.state()).isEqualTo(KeyView.State.ACTIVE);
    }

    @Test
    void revoke_recordOfAnotherService_isRevokedInTheIndex() {
        put(IMPORTED, 1, KeyRecord.State.ACTIVE);

        assertThat(leaked.find(WorkspaceScope.ALL, IMPORTED).key().start()).isEqualTo("opt_live_abc1");
        KeyView revoked = leaked.revoke(BOB, WorkspaceScope.ALL, IMPORTED, "");

        assertThat(revoked.state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(stored(IMPORTED, 1).revoked()).isTrue();
    }

    @Test
    void revoke_keyUnderSeveralPeppers_leavesNoneThatWorks() {
        put(IMPORTED, 0, KeyRecord.State.ACTIVE);
        put(IMPORTED, 1, KeyRecord.State.ACTIVE);

        leaked.revoke(BOB, WorkspaceScope.ALL, IMPORTED, "");

        assertThat(stored(IMPORTED, 0).revoked()).isTrue();
        assertThat(stored(IMPORTED, 1).revoked()).isTrue();
    }

    @Test
    void findAndRevoke_keyBeyondReach_isAsUnknownAndGoesOn() {
        put(IMPORTED, 1, KeyRecord.State.ACTIVE);
        String unknown = catchThrowable(() -> leaked.find(WorkspaceScope.ALL, "opt_live_abc123def456ghi780"))
                .getMessage();
        WorkspaceScope elsewhere = new WorkspaceScope(Optional.of("ws_2"));

        for (Supplier<KeyView> call : List.<Supplier<KeyView>>of(
                () -> leaked.find(elsewhere, IMPORTED), () -> leaked.revoke(BOB, elsewhere, IMPORTED, ""))) {
            assertThatThrownBy(call::get)
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(Kind.NOT_FOUND))
                    .message()
                    .isEqualTo(unknown);
        }
        assertThat(stored(IMPORTED, 1).revoked()).isFalse();
        assertThat(leaked.revoke(BOB, new WorkspaceScope(Optional.of("ws_1")), IMPORTED, "")
                        .state())
                .isEqualTo(KeyView.State.REVOKED);
    }

    @Test
    void find_keyUnderSeveralPeppers_isTheRevokedOneAsForTheSidecars() {
        put(IMPORTED, 0, KeyRecord.State.ACTIVE);
        put(IMPORTED, 1, KeyRecord.State.REVOKED);

        assertThat(leaked.find(WorkspaceScope.ALL, IMPORTED).state()).isEqualTo(KeyView.State.REVOKED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hunter2-hunter2-hunter2",
                "opt_live_0000000000000000000000000000000046uziM",
                "Bearer opt_live_0000000000000000000000000000000046uziL",
                "acme_live_0000000000000000000000000000000046uziL"
            })
    void revoke_noKey_isRefusedWithoutShowingIt(String secret) {
        assertThatThrownBy(() -> leaked.revoke(BOB, WorkspaceScope.ALL, secret, ""))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.kind()).isEqualTo(Kind.INVALID);
                    assertThat(refused.violations()).hasSize(1);
                })
                .message()
                .startsWith("secret: ")
                .matches(text -> secret.isEmpty() || !text.contains(secret));
    }

    @Test
    void revoke_wrongReasonAsWell_namesBoth() {
        assertThatThrownBy(() -> leaked.revoke(BOB, WorkspaceScope.ALL, "no key", "a\nb"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.violations())
                                .extracting(Violation::field)
                                .containsExactly("secret", "reason"));
    }

    @Test
    void revoke_unknownKey_isNotFoundAndShowsItsStartAlone() {
        String secret = "opt_live_0000000000000000000000000000000046uziL";

        assertThatThrownBy(() -> leaked.revoke(BOB, WorkspaceScope.ALL, secret, ""))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Kind.NOT_FOUND))
                .message()
                .contains("opt_live_0000…")
                .doesNotContain("00000");
    }

    private void put(String key, int pepper, KeyRecord.State state) {
        KeyRecord record = new KeyRecord(
                "key_" + pepper, "ws_1", Environment.LIVE, Set.of("cases:read"), state, KeyRecord.NEVER, 1);
        REDIS.commands().hset(name(key, pepper), IndexSchema.encode(record));
    }

    private KeyRecord stored(String key, int pepper) {
        return IndexSchema.decodeKey(REDIS.commands().hgetall(name(key, pepper)));
    }

    /** @param pepper 0 for the newest */
    private String name(String key, int pepper) {
        PresentedKey presented = ((Credential.Presented) new KeyFormat("opt", true).parse(key)).key();
        return control.schema.key(Peppers.parse(BOTH).all(presented).get(pepper));
    }

    private static LeakedKeys leaked(TestControl control) {
        return new LeakedKeys("opt", control.peppers, control.index, control.ledger, control.keys, control.clock);
    }
}
