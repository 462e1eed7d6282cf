package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RefusingProxy;
import io.lettuce.core.Range;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeyUpdateTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String AUDIT = "latchkey:ledger:{ws_1}:audit";
    private static final String PENDING = "latchkey:ledger:{ws_1}:pending";
    private static final long NOW = FakeClock.START.toEpochMilli();

    private TestControl control;
    private ManagedKey key;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        key = create(new Expiry.Lifetime(3600, 0));
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void update_everything_indexHasItOnReturnAndTheTrailHasBeforeAndAfter() {
        KeyView view = control.keys.update(
                BOB, change("Other", List.of("cases:write"), Optional.of(new Expiry.Lifetime(60, 0))));

        assertThat(view.key().name()).isEqualTo("Other");
        assertThat(view.key().record().scopes()).containsExactly("cases:write");
        assertThat(view.key().record().expiresAt()).isEqualTo(NOW + 60_000);
        assertThat(control.indexed(key)).contains(view.key().record());
        assertThat(control.keys.get(name()).key()).isEqualTo(view.key());
        assertThat(REDIS.commands().exists(PENDING)).isZero();
        var entry = REDIS.commands().xrevrange(AUDIT, Range.unbounded()).get(0).getBody();
        assertThat(entry).containsEntry("action", "key.update").containsEntry("actor", "bob");
        assertThat(entry.get("before"))
                .contains("\"name\":\"CRM\"", "cases:read", "\"expires_at\":" + (NOW + 3_600_000));
        assertThat(entry.get("after"))
                .contains("\"name\":\"Other\"", "\"expires_at\":" + (NOW + 60_000))
                .doesNotContain("cases:read");
    }

    @Test
    void update_oneThing_leavesTheOthers() {
        assertThat(control.keys.update(ALICE, rename("Other")).key().record().scopes())
                .isEqualTo(key.record().scopes());
        ManagedKey narrowed = control.keys
                .update(ALICE, change("", List.of("cases:read"), Optional.empty()))
                .key();
        assertThat(narrowed.name()).isEqualTo("Other");
        assertThat(narrowed.record().expiresAt()).isEqualTo(NOW + 3_600_000);
        ManagedKey shortened = control.keys.update(ALICE, ending(NOW + 1000)).key();
        assertThat(shortened.record().scopes()).containsExactly("cases:read");
        assertThat(control.indexed(key)).contains(shortened.record());
    }

    @Test
    void update_keyWithoutAnEnd_mayGetOne() {
        key = create(Expiry.Never.NEVER);
        control.keys.update(ALICE, ending(NOW + 1000));
        assertThat(control.indexed(key).orElseThrow().expiresAt()).isEqualTo(NOW + 1000);
    }

    @Test
    void update_nothingToChange_answersTheKeyAndLeavesNoTrace() {
        long entries = REDIS.commands().xlen(AUDIT);
        for (KeyChange same : List.of(
                change("", List.of(), Optional.empty()),
                rename("CRM"),
                change("CRM", List.of("cases:write", "cases:read"), Optional.of(at(NOW + 3_600_000))))) {
            assertThat(control.keys.update(ALICE, same).key()).isEqualTo(key);
        }
        assertThat(REDIS.commands().xlen(AUDIT)).isEqualTo(entries);
    }

    @Test
    void update_moreThanTheKeyHas_namesEachScopeAndTheEnd() {
        KeyChange wider = change(
                "Other",
                List.of("cases:read", "parties:read", "cases:writ"),
                Optional.of(new Expiry.Lifetime(3601, 0)));

        assertThatThrownBy(() -> control.keys.update(ALICE, wider))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.INVALID);
                    assertThat(e.violations())
                            .extracting(Violation::field, Violation::value)
                            .containsExactly(
                                    Tuple.tuple("scopes[1]", "\"parties:read\""),
                                    Tuple.tuple("scopes[2]", "\"cases:writ\""),
                                    Tuple.tuple("lifetime", "3601s"));
                    assertThat(e.violations().get(1).expected()).contains("nearest: cases:write");
                    assertThat(e.violations().get(2).expected())
                            .contains(Instant.ofEpochMilli(NOW + 3_600_000).toString());
                });
        assertThatThrownBy(() -> control.keys.update(ALICE, ending(NOW + 3_600_001)))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactly("expire_time"));
        assertThat(control.keys.get(name()).key()).isEqualTo(key);
        assertThat(control.indexed(key)).contains(key.record());
    }

    @Test
    void update_wrongRequest_namesAllThatIsWrongBeforeTheKeyIsLookedFor() {
        KeyChange wrong =
                new KeyChange(new KeyName("", "no id"), "a\nb", List.of("x"), Optional.of(new Expiry.Lifetime(0, 0)));
        assertThatThrownBy(() -> control.keys.update(ALICE, wrong))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactly("workspace", "id", "name", "lifetime"));
    }

    @Test
    void update_unknownKeyAndKeyOfAnotherWorkspace_areTheSameNotFound() {
        control.workspaces.create(ALICE, "ws_2", "");
        for (String id : List.of(key.id(), "key_00000000000000000000000000")) {
            KeyChange foreign = new KeyChange(new KeyName("ws_2", id), "Other", List.of(), Optional.empty());
            assertThatThrownBy(() -> control.keys.update(ALICE, foreign))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                    .hasMessage("there is no key " + id + " here; list the workspace's keys for their ids");
        }
    }

    @Test
    void update_revokedOrExpiredKey_isRefused() {
        control.clock.advance(Duration.ofHours(1));
        assertConflict(control, rename("Other"), "is expired");
        var unused = control.keys.revoke(ALICE, name(), "");
        assertConflict(control, rename("Other"), "is revoked");
        assertConflict(control, change("", List.of("cases:read"), Optional.empty()), "is revoked");
    }

    @Test
    void update_indexHoldsAnotherIdUnderItsName_isAConflictNotASuccess() {
        REDIS.commands().hset(indexName(), "id", "key_other");
        assertConflict(control, change("", List.of("cases:read"), Optional.empty()), "something else under its name");
        assertThat(control.keys.update(ALICE, rename("Other")).key().name())
                .as("of a name the index knows nothing")
                .isEqualTo("Other");
    }

    @Test
    void update_indexHoldsANewerRecordThanTheLedger_isAConflictNotASuccess() {
        REDIS.commands().hset(indexName(), "rev", "99");
        assertConflict(control, ending(NOW + 1000), "a newer record");
        var unused = control.keys.revoke(ALICE, name(), "as told");
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void update_indexDoesNotAnswer_renameIsDoneAndNarrowingIsToldAsRecorded() throws IOException {
        boolean[] broken = new boolean[1];
        try (RefusingProxy proxy = new RefusingProxy(
                        REDIS.port(),
                        command -> broken[0] && command.contains(indexName())
                                ? Optional.of("ERR broken")
                                : Optional.empty());
                TestControl other = new TestControl("redis://127.0.0.1:" + proxy.port())) {
            broken[0] = true;
            assertThat(other.keys.update(ALICE, rename("Other")).key().name()).isEqualTo("Other");
            assertThat(REDIS.commands().hget(PENDING, key.id())).isEqualTo("2");

            KeyChange narrowing = change("", List.of("cases:read"), Optional.of(new Expiry.Lifetime(60, 0)));
            assertThatThrownBy(() -> other.keys.update(ALICE, narrowing))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                    .hasMessageContaining("is recorded and will be applied")
                    .hasMessageContaining("repeat the call with expire_time " + Instant.ofEpochMilli(NOW + 60_000)
                            + " to wait for it");
            assertThatThrownBy(() ->
                            other.keys.update(ALICE, change("", List.of("cases:read"), Optional.of(at(NOW + 60_000)))))
                    .as("the repeated call waits too")
                    .hasMessageContaining("is recorded and will be applied");

            broken[0] = false;
            var unused = other.keys.update(ALICE, change("", List.of("cases:read"), Optional.of(at(NOW + 60_000))));
            assertThat(control.indexed(key).orElseThrow().scopes()).containsExactly("cases:read");
            assertThat(control.indexed(key).orElseThrow().expiresAt()).isEqualTo(NOW + 60_000);
        }
    }

    private void assertConflict(TestControl control, KeyChange change, String text) {
        assertThatThrownBy(() -> control.keys.update(ALICE, change))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessageContaining(text);
    }

    private ManagedKey create(Expiry expiry) {
        NewKey wanted = new NewKey("ws_1", "CRM", "live", List.of("cases:read", "cases:write"), expiry);
        return control.keys.create(ALICE, wanted).view().key();
    }

    private KeyName name() {
        return new KeyName("-", key.id());
    }

    private String indexName() {
        return "latchkey:key:" + key.digest().text();
    }

    private KeyChange rename(String name) {
        return change(name, List.of(), Optional.empty());
    }

    private KeyChange ending(long end) {
        return change("", List.of(), Optional.of(at(end)));
    }

    private KeyChange change(String name, List<String> scopes, Optional<Expiry> expiry) {
        return new KeyChange(name(), name, scopes, expiry);
    }

    private static Expiry at(long millis) {
        return new Expiry.At(millis / 1000, (int) (millis % 1000) * 1_000_000);
    }
}
