package dev.latchkey.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.latchkey.v1.AuditEntry;
import dev.latchkey.v1.AuditedState;
import org.junit.jupiter.api.Test;

class AuditViewTest {
    private static final AuditedState KEY = AuditedState.newBuilder()
            .setName("CRM")
            .addScopes("cases:read")
            .addScopes("cases:write")
            .setState("active")
            .build();

    @Test
    void change_ofEachKind_isSaidInWords() {
        AuditedState less = KEY.toBuilder()
                .setName("New")
                .clearScopes()
                .addScopes("cases:read")
                .setExpireTime(Timestamp.newBuilder().setSeconds(1_800_000_000))
                .build();

        assertThat(change(KEY, less))
                .isEqualTo("name CRM → New, without cases:write, expires never → 2027-01-15T08:00:00Z");
        assertThat(change(KEY, KEY.toBuilder().setState("revoked").build())).isEqualTo("active → revoked");
        assertThat(change(KEY, KEY)).isEqualTo("nothing");
        assertThat(AuditView.change(AuditEntry.newBuilder().setAfter(KEY).build()))
                .isEqualTo("made: CRM, active, cases:read cases:write, expires never");
        assertThat(AuditView.change(AuditEntry.newBuilder().setBefore(KEY).build()))
                .startsWith("removed: CRM");
    }

    @Test
    void change_thatCannotBeRead_isNotToldAsSomethingElse() {
        AuditEntry damaged =
                AuditEntry.newBuilder().setAfter(KEY).addUnreadable("before").build();

        assertThat(AuditView.change(damaged)).isEqualTo("cannot be read: before");
    }

    private static String change(AuditedState before, AuditedState after) {
        return AuditView.change(
                AuditEntry.newBuilder().setBefore(before).setAfter(after).build());
    }
}
