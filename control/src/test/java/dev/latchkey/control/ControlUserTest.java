package dev.latchkey.control;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.health.RedisUsers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The permissions that the control plane needs of Redis, and no others. */
class ControlUserTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    @Test
    void everyCall_withTheseRules_works() {
        ControlUser user = new ControlUser(REDIS);
        user.may(RedisUsers.control("latchkey:").toArray(String[]::new));
        try (TestControl control = new TestControl(user.uri())) {
            assertThat(control.announcements.beat()).isTrue();
            control.workspaces.create(ALICE, "ws_1", "");
            ManagedKey key = control.keys
                    .create(ALICE, TestControl.newKey("ws_1"))
                    .view()
                    .key();
            control.keys.revoke(ALICE, new KeyName("-", key.id()), "");
            control.workspaces.setActive(ALICE, "ws_1", false);
            assertThat(control.listing
                            .list(KeyQuery.all("ws_1"), new PageRequest(0, ""))
                            .items())
                    .hasSize(1);
            assertThat(control.workspaces
                            .list(WorkspaceScope.ALL, new PageRequest(0, ""))
                            .items())
                    .hasSize(1);

            REDIS.commands().set("latchkey:key:" + key.digest().text(), "damage");
            REDIS.commands().zincrby("latchkey:ledger:recent", -61, "ws_1");
            assertThat(control.reconciler.pass()).isTrue();
            control.sweep.begin();
            while (control.sweep.step()) {
                assertThat(control.reconciler.pass()).isTrue();
            }
            assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
        }
    }

    @Test
    void refusedCommand_message_saysWhatWasRefusedWithoutADigest() {
        ControlUser user = new ControlUser(REDIS);
        try (TestControl control = new TestControl(user.uri())) {
            user.may("+ping", "~*");
            assertThatThrownBy(() -> control.workspaces.get("ws_1"))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.fault()).isEqualTo(StoreException.Fault.REFUSED))
                    .hasMessageContaining("NOPERM")
                    .hasMessageContaining("ACL SETUSER control +hget");
        }
    }
}
