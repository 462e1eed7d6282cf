package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.KeyRules;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeyRotationTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final long NOW = FakeClock.START.toEpochMilli();
    private static final long DAY = Duration.ofDays(1).toMillis();

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

    @Test
    void rotate_activeKey_bothWorkForADayAndThenTheNewOneOnly() {
        ManagedKey old = create(Expiry.Never.NEVER);

        RotatedKey rotated = rotate(old);

        ManagedKey successor = rotated.created().view().key();
        assertThat(successor.id()).isNotEqualTo(old.id());
        assertThat(successor.name()).isEqualTo(old.name());
        assertThat(successor.links()).isEqualTo(new ManagedKey.Links(old.id(), ""));
        assertThat(rotated.old().key().links()).isEqualTo(new ManagedKey.Links("", successor.id()));
        KeyRecord fresh = control.indexed(
                        control.peppers.newest(rotated.created().secret()))
                .orElseThrow();
        assertThat(fresh).isEqualTo(successor.record());
        assertThat(fresh.environment()).isEqualTo(old.record().environment());
        assertThat(fresh.scopes()).isEqualTo(old.record().scopes());
        assertThat(fresh.expiresAt()).isEqualTo(KeyRecord.NEVER);
        assertThat(control.indexed(old).orElseThrow().expiresAt()).isEqualTo(NOW + DAY);
        assertThat(control.keys.get(name(old)).key()).isEqualTo(rotated.old().key());
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }

    @Test
    void rotate_withoutOverlap_theOldKeyIsAtItsEndBeforeTheAnswer() {
        ManagedKey old = create(Expiry.Never.NEVER);

        RotatedKey rotated = control.keys.rotate(ALICE, overlap(old, 0));

        assertThat(rotated.old().state()).isEqualTo(KeyView.State.EXPIRED);
        assertThat(control.indexed(old).orElseThrow().expired(NOW)).isTrue();
        assertThat(control.indexed(rotated.created().view().key()).orElseThrow().expired(NOW))
                .isFalse();
    }

    @Test
    void rotate_withoutOverlapByAClockThatIsAhead_theOldKeyIsAtItsEndForSidecarsToo() {
        control.clock.advance(
                Duration.ofMillis(System.currentTimeMillis() - NOW).plusMinutes(5));
        ManagedKey old = create(Expiry.Never.NEVER);

        RotatedKey rotated = control.keys.rotate(
                ALICE, new Replacement(name(old), Optional.of(new Expiry.Lifetime(0, 0)), Optional.empty()));

        assertThat(rotated.old().key().record().expiresAt()).isLessThanOrEqualTo(control.redis.millis());
    }

    @Test
    void rotate_keyThatEndsBeforeTheOverlap_keepsItsEnd() {
        ManagedKey old = create(new Expiry.Lifetime(3600, 0));

        rotate(old);

        assertThat(control.indexed(old).orElseThrow().expiresAt()).isEqualTo(NOW + 3_600_000);
    }

    @Test
    void rotate_keyWithAnEnd_theNewOneLivesAsLongAgain() {
        ManagedKey old = create(new Expiry.Lifetime(30 * 86_400, 0));
        control.clock.advance(Duration.ofDays(20));

        RotatedKey rotated = rotate(old);

        assertThat(rotated.created().view().key().record().expiresAt()).isEqualTo(NOW + 50 * DAY);
    }

    @Test
    void rotate_keyThatEndsWithTheLastDay_theNewOneEndsNoLater() {
        ManagedKey old = create(new Expiry.At(KeyRules.LAST_MILLI / 1000, 0));
        control.clock.advance(Duration.ofDays(20));

        RotatedKey rotated = rotate(old);

        assertThat(rotated.created().view().key().record().expiresAt()).isEqualTo(KeyRules.LAST_MILLI);
    }

    @Test
    void rotate_otherLifeAskedFor_isGiven() {
        ManagedKey old = create(Expiry.Never.NEVER);
        Replacement wanted = new Replacement(name(old), Optional.empty(), Optional.of(new Expiry.Lifetime(60, 0)));

        assertThat(control.keys
                        .rotate(ALICE, wanted)
                        .created()
                        .view()
                        .key()
                        .record()
                        .expiresAt())
                .isEqualTo(NOW + 60_000);
    }

    @Test
    void rotate_keyWithASuccessor_isRefusedAndItIsNamed() {
        ManagedKey old = create(Expiry.Never.NEVER);
        ManagedKey successor = rotate(old).created().view().key();

        assertRefused(old, Kind.CONFLICT, successor.id());
        assertThat(active()).containsExactlyInAnyOrder(old.id(), successor.id());
    }

    @Test
    void rotate_successorIsRevoked_isRotatedAgainForItsFirstLife() {
        ManagedKey old = create(new Expiry.Lifetime(30 * 86_400, 0));
        ManagedKey lost = rotate(old).created().view().key();
        var unused = control.keys.revoke(ALICE, name(lost), "lost");
        control.clock.advance(Duration.ofHours(1));

        RotatedKey again = rotate(old);

        ManagedKey successor = again.created().view().key();
        assertThat(successor.record().expiresAt()).isEqualTo(control.clock.millis() + 30 * DAY);
        assertThat(again.old().key().links().successor()).isEqualTo(successor.id());
        assertThat(control.indexed(old).orElseThrow().expiresAt())
                .as("the end is never put off")
                .isEqualTo(NOW + DAY);
    }

    @Test
    void rotate_successorHasExpired_oldKeyIsRotatedAgain() {
        ManagedKey old = create(Expiry.Never.NEVER);
        ManagedKey ended = control.keys
                .rotate(ALICE, new Replacement(name(old), Optional.empty(), Optional.of(new Expiry.Lifetime(1, 0))))
                .created()
                .view()
                .key();
        control.clock.advance(Duration.ofSeconds(2));
        assertRefused(ended, Kind.CONFLICT, "is expired");

        ManagedKey successor = rotate(old).created().view().key();

        assertThat(control.keys.get(name(old)).key().links().successor()).isEqualTo(successor.id());
        assertThat(active()).containsExactlyInAnyOrder(old.id(), successor.id());
    }

    @Test
    void rotate_revokedOrExpiredKey_isRefused() {
        ManagedKey revoked = create(Expiry.Never.NEVER);
        var unused = control.keys.revoke(ALICE, name(revoked), "");
        ManagedKey expired = create(new Expiry.Lifetime(1, 0));
        control.clock.advance(Duration.ofSeconds(1));

        assertRefused(revoked, Kind.CONFLICT, "is revoked");
        assertRefused(expired, Kind.CONFLICT, "is expired");
        assertThat(active()).isEmpty();
    }

    @Test
    void rotate_wrongRequest_namesAllThatIsWrong() {
        Replacement wanted = new Replacement(
                new KeyName("", "no id"),
                Optional.of(new Expiry.Lifetime(-1, 0)),
                Optional.of(new Expiry.Lifetime(0, 0)));

        assertThatThrownBy(() -> control.keys.rotate(ALICE, wanted))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactly("workspace", "id", "overlap", "lifetime"));
    }

    @Test
    void rotate_indexHoldsAnotherIdUnderTheOldKeysName_isAConflictAndTheNewKeyIsWithdrawn() {
        ManagedKey old = create(Expiry.Never.NEVER);
        REDIS.commands().hset("latchkey:key:" + old.digest().text(), "id", "key_other");

        assertNotRotated(old, "something else under its name");
    }

    /** The old key would go on for as long as that record says. */
    @Test
    void rotate_indexHoldsANewerRecordOfTheOldKey_isAConflictAndTheNewKeyIsWithdrawn() {
        ManagedKey old = create(Expiry.Never.NEVER);
        REDIS.commands().hset("latchkey:key:" + old.digest().text(), "rev", "99");

        assertNotRotated(old, "a newer record");
    }

    private void assertNotRotated(ManagedKey old, String cause) {
        assertThatThrownBy(() -> control.keys.rotate(ALICE, overlap(old, 0)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessageContaining(old.id() + " is given its end in the ledger, but the index holds " + cause);
        String successor = control.keys.get(name(old)).key().links().successor();
        assertThat(control.keys.get(new KeyName("-", successor)).key())
                .matches(ManagedKey::closed)
                .satisfies(key -> assertThat(control.indexed(key)).get().matches(KeyRecord::revoked));
    }

    /** As after a crash between the two steps: the old key is as it was, and nobody has the new one. */
    @Test
    void rotate_crashBeforeTheOldKeyHasItsEnd_leavesItAloneAndTheNewOneIsWithdrawn() {
        ManagedKey old = create(Expiry.Never.NEVER);
        ManagedKey left = ManagedKey.made(
                new KeyRecord(
                        "key_left",
                        "ws_1",
                        old.record().environment(),
                        old.record().scopes(),
                        KeyRecord.State.ACTIVE,
                        KeyRecord.NEVER,
                        1),
                Digests.named("another"),
                old.name(),
                old.start(),
                NOW,
                new ManagedKey.Links(old.id(), ""));
        assertThat(control.ledger.createUnseen(left, new Audit(ALICE, "key.create", "", NOW)))
                .isTrue();
        assertThat(control.projector.show(left)).isTrue();

        control.clock.advance(Duration.ofMinutes(1));
        assertThat(control.reconciler.pass()).isTrue();

        assertThat(control.indexed(left)).get().matches(KeyRecord::revoked);
        assertThat(control.indexed(old)).contains(old.record());
        assertThat(rotate(old).old().key().links().successor()).isNotEqualTo("key_left");
    }

    @Test
    void rotate_everyStep_isInTheAuditTrail() {
        ManagedKey old = create(Expiry.Never.NEVER);
        ManagedKey successor = rotate(old).created().view().key();

        var entries = REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded());

        var made = entries.get(entries.size() - 2).getBody();
        assertThat(made).containsEntry("action", "key.create").containsEntry("key", successor.id());
        assertThat(made.get("after")).contains("\"predecessor\":\"" + old.id() + '"');
        var ended = entries.get(entries.size() - 1).getBody();
        assertThat(ended)
                .containsEntry("action", "key.rotate")
                .containsEntry("actor", "alice")
                .containsEntry("key", old.id());
        assertThat(ended.get("before")).doesNotContain("expires_at");
        assertThat(ended.get("after"))
                .contains("\"expires_at\":" + (NOW + DAY), "\"successor\":\"" + successor.id() + '"');
    }

    private ManagedKey create(Expiry expiry) {
        NewKey wanted = new NewKey("ws_1", "CRM", "live", List.of("cases:read"), expiry);
        return control.keys.create(ALICE, wanted).view().key();
    }

    private RotatedKey rotate(ManagedKey old) {
        return control.keys.rotate(ALICE, new Replacement(name(old), Optional.empty(), Optional.empty()));
    }

    private void assertRefused(ManagedKey key, Kind kind, String text) {
        assertThatThrownBy(() -> rotate(key))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(text);
    }

    private List<String> active() {
        return control.listing.list(KeyQuery.active("ws_1"), new PageRequest(0, "")).items().stream()
                .map(view -> view.key().id())
                .toList();
    }

    private static Replacement overlap(ManagedKey key, long seconds) {
        return new Replacement(name(key), Optional.of(new Expiry.Lifetime(seconds, 0)), Optional.empty());
    }

    private static KeyName name(ManagedKey key) {
        return new KeyName("-", key.id());
    }
}
