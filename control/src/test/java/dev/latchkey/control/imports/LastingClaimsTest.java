package dev.latchkey.control.imports;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.imports.ImportWorld.importOne;
import static dev.latchkey.control.imports.ImportWorld.minted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ImportedKey.Outcome;
import dev.latchkey.control.keys.CreatedKey;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A string that was revoked here cannot be brought back by importing it, whatever Redis or the peppers have lost. */
class LastingClaimsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

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
    void importKeys_createdAndRevokedAndTheTombstoneIsLost_staysRevoked() {
        CreatedKey created = control.keys.create(ALICE, TestControl.newKey("ws_1"));
        ManagedKey key = created.view().key();
        revoke(key);
        REDIS.commands().del(control.schema.key(key.digest()));

        ImportedKey again = importOne(control, "ws_1", created.secret().reveal());

        assertThat(again.outcome()).isEqualTo(Outcome.EXISTED);
        assertThat(again.view().orElseThrow().state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void importKeys_tombstoneIsLostAndTheWorkspaceIsAnother_isNotImported() {
        CreatedKey created = control.keys.create(ALICE, TestControl.newKey("ws_1"));
        revoke(created.view().key());
        REDIS.commands().del(control.schema.key(created.view().key().digest()));

        assertThat(importOne(control, "ws_2", created.secret().reveal()).outcome())
                .isEqualTo(Outcome.EXISTED);
        assertThat(control.indexed(created.view().key())).isEmpty();
    }

    /** A day is what a claim lasts while the ledger has no record of the key. */
    @Test
    void importKeys_importedAndRevokedLongAgo_staysRevoked() {
        String secret = "opt_live_abc123def456ghi789";
        ManagedKey key = importOne(control, "ws_1", secret).view().orElseThrow().key();
        revoke(key);
        REDIS.commands().del(control.schema.key(key.digest()));

        assertThat(REDIS.commands().keys("latchkey:ledger:claim:*"))
                .allSatisfy(claim -> assertThat(REDIS.commands().pttl(claim)).isEqualTo(-1));
        assertThat(importOne(control, "ws_1", secret).view().orElseThrow().state())
                .isEqualTo(KeyView.State.REVOKED);
    }

    @Test
    void importKeys_pepperOfTheRevokedKeyIsGone_staysRevoked() {
        CreatedKey created = control.keys.create(ALICE, TestControl.newKey("ws_1"));
        revoke(created.view().key());

        try (TestControl later = new TestControl(REDIS.uri(), TestControl.PEPPER_2, new SecureRandom())) {
            ImportedKey again = importOne(later, "ws_1", created.secret().reveal());
            assertThat(again.outcome()).isEqualTo(Outcome.EXISTED);
            assertThat(again.view().orElseThrow().state()).isEqualTo(KeyView.State.REVOKED);
            assertThat(later.indexed(later.peppers.newest(created.secret()))).isEmpty();
        }
    }

    @Test
    void claims_keyIsRemovedAfterItsRetention_goWithIt() {
        ManagedKey key =
                importOne(control, "ws_1", minted()).view().orElseThrow().key();
        revoke(key);
        control.clock.advance(Duration.ofDays(401));

        control.sweep.begin();
        while (control.sweep.step()) {
            assertThat(control.reconciler.pass()).isTrue();
        }

        assertThat(control.ledger.findKey("ws_1", key.id())).isEmpty();
        assertThat(REDIS.commands().keys("latchkey:ledger:claim*")).isEmpty();
    }

    private void revoke(ManagedKey key) {
        control.keys.revoke(ALICE, new KeyName("-", key.id()), "leaked");
    }
}
