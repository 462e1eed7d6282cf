package dev.latchkey.control.audit;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.Callers.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.audit.AuditQuery.Moment;
import dev.latchkey.control.keys.CreatedKey;
import dev.latchkey.control.record.AuditedState;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.XAddArgs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AuditReaderTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final String STREAM = "latchkey:ledger:{ws_1}:audit";

    private TestControl control;
    private AuditReader audit;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        audit = new AuditReader(control.workspaces, new AuditTrail(control.redis, control.schema));
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void list_keyThatWasMadeAndRevoked_saysWhoDidWhatAndWhatItWasBeforeAndAfter() {
        CreatedKey key = control.keys.create(ALICE, TestControl.newKey("ws_1"));
        String id = key.view().key().id();
        control.keys.revoke(new Caller("bob", "req-9"), new KeyName("-", id), "leaked");

        List<AuditEntry> entries = audit.list(all("ws_1")).items();

        assertThat(entries)
                .extracting(AuditEntry::action)
                .containsExactly("key.revoke", "key.create", "workspace.create");
        AuditEntry revoke = entries.get(0);
        assertThat(revoke.actor()).isEqualTo("bob");
        assertThat(revoke.key()).isEqualTo(id);
        assertThat(revoke.reason()).isEqualTo("leaked");
        assertThat(revoke.requestId()).isEqualTo("req-9");
        assertThat(revoke.before()).map(AuditedState::state).contains("active");
        AuditedState after = revoke.after().orElseThrow();
        assertThat(after.state()).isEqualTo("revoked");
        assertThat(after.scopes()).containsExactly("cases:read");
        assertThat(after.revokedAt()).hasValue(control.clock.millis());
        assertThat(entries.get(1).before()).isEmpty();
        assertThat(entries.get(2).key()).isEmpty();
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.unreadable()).isEmpty();
            assertThat(entry.toString()).doesNotContain(key.secret().reveal());
        });
    }

    @Test
    void list_manyPages_areCompleteAndInOrderByOneReadEach() {
        REDIS.commands().del(STREAM);
        for (int i = 0; i < 25; i++) {
            add(1000 + i, "key.create", "alice", "key_" + i);
        }
        REDIS.commands().configResetstat();
        List<String> seen = new ArrayList<>();
        String token = "";
        int pages = 0;
        do {
            Page<AuditEntry> page = audit.list(query("ws_1", 10, token));
            page.items().forEach(entry -> seen.add(entry.id()));
            token = page.nextToken();
            pages++;
        } while (!token.isEmpty());

        assertThat(pages).isEqualTo(3);
        assertThat(REDIS.commands().info("commandstats")).contains("cmdstat_xrevrange:calls=3,");
        assertThat(seen)
                .hasSize(25)
                .doesNotHaveDuplicates()
                .startsWith("1024-0")
                .endsWith("1000-0");
    }

    @Test
    void list_filters_eachAndTogether() {
        REDIS.commands().del(STREAM);
        add(1000, "key.create", "alice", "key_1");
        add(2000, "key.revoke", "bob", "key_1");
        add(3000, "key.revoke", "bob", "key_2");

        assertThat(ids(filter("key_1", "", "", 0, 9))).containsExactly("2000-0", "1000-0");
        assertThat(ids(filter("", "bob", "", 0, 9))).containsExactly("3000-0", "2000-0");
        assertThat(ids(filter("", "", "key.create", 0, 9))).containsExactly("1000-0");
        assertThat(ids(filter("key_1", "bob", "key.revoke", 0, 9))).containsExactly("2000-0");
        assertThat(ids(filter("", "", "", 1, 3))).as("start is in, end is out").containsExactly("2000-0", "1000-0");
        assertThat(ids(filter("key_3", "", "", 0, 9))).isEmpty();
    }

    @Test
    void list_endTimeWithAToken_theEarlierHolds() {
        REDIS.commands().del(STREAM);
        for (int i = 1; i <= 4; i++) {
            add(i * 1000L, "key.create", "alice", "key_" + i);
        }
        String token = audit.list(query("ws_1", 2, "")).nextToken();
        AuditQuery earlier = new AuditQuery(
                "ws_1", new PageRequest(9, token), "", "", "", Optional.empty(), Optional.of(new Moment(2, 0)));
        AuditQuery later = new AuditQuery(
                "ws_1", new PageRequest(9, token), "", "", "", Optional.empty(), Optional.of(new Moment(4, 1)));

        assertThat(audit.list(earlier).items()).extracting(AuditEntry::id).containsExactly("1000-0");
        assertThat(audit.list(later).items()).extracting(AuditEntry::id).containsExactly("2000-0", "1000-0");
    }

    @Test
    void list_endBeforeAnyEntry_isEmpty() {
        AuditQuery never = new AuditQuery(
                "ws_1", new PageRequest(9, ""), "", "", "", Optional.empty(), Optional.of(new Moment(0, 0)));

        assertThat(audit.list(never).items()).isEmpty();
        assertThat(audit.list(query("ws_1", 2, AuditPosition.encode("ws_1", "00-0")))
                        .items())
                .isEmpty();
    }

    @Test
    void list_filterThatFewMatch_endsAfterSomeReadsAndGoesOnInTheNextPage() {
        REDIS.commands().del(STREAM);
        add(1, "key.revoke", "carol", "key_0");
        for (int i = 0; i < 10_050; i++) {
            add(1000 + i, "key.create", "alice", "key_1");
        }
        Page<AuditEntry> first = audit.list(filter("", "carol", "", 0, 100));
        AuditQuery rest = new AuditQuery(
                "ws_1", new PageRequest(0, first.nextToken()), "", "carol", "", Optional.empty(), Optional.empty());

        assertThat(first.items()).isEmpty();
        assertThat(first.nextToken()).isNotEmpty();
        assertThat(audit.list(rest).items()).extracting(AuditEntry::id).containsExactly("1-0");
    }

    @Test
    void list_everythingWrong_isSaidAtOnce() {
        AuditQuery wrong = new AuditQuery(
                "no id",
                new PageRequest(-1, "x"),
                "no key",
                "no actor",
                "revoked",
                Optional.of(new Moment(5, -1)),
                Optional.of(new Moment(Long.MAX_VALUE, 0)));

        assertThatThrownBy(() -> audit.list(wrong))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactlyInAnyOrder(
                                        "workspace",
                                        "page_size",
                                        "page_token",
                                        "key",
                                        "actor",
                                        "action",
                                        "start_time",
                                        "end_time"));
        assertThatThrownBy(() -> audit.list(filter("", "", "", 5, 4)))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::field)
                                .containsExactly("end_time"));
    }

    @Test
    void list_tokenOfAnotherWorkspace_isRefused() {
        control.workspaces.create(BOB, "ws_2", "");
        control.workspaces.setActive(BOB, "ws_2", false);
        String token = audit.list(query("ws_2", 1, "")).nextToken();

        assertThat(audit.list(query("ws_2", 1, token)).items()).hasSize(1);
        assertThatThrownBy(() -> audit.list(query("ws_1", 1, token))).hasMessageContaining("page_token");
    }

    @Test
    void list_unknownWorkspace_isNotFound() {
        assertThatThrownBy(() -> audit.list(all("ws_9")))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.NOT_FOUND));
    }

    @Test
    void list_damagedEntries_areShownAsFarAsTheyCanBeRead() {
        Map<String, Map<String, String>> damaged = Map.of(
                "1-0",
                Map.of("actor", "alice", "action", "key.revoke", "key", "key_1", "before", "{no json", "after", "[]"),
                "2-0",
                Map.of("something", "else"),
                "3-0",
                Map.of(
                        "actor",
                        "bob",
                        "action",
                        "key.revoke",
                        "after",
                        "{\"name\":\"n\",\"state\":\"s\",\"created_at\":\"x\"}"));
        damaged.keySet().stream()
                .sorted()
                .forEach(id ->
                        REDIS.commands().xadd("latchkey:ledger:{ws_3}:audit", new XAddArgs().id(id), damaged.get(id)));
        control.workspaces.create(ALICE, "ws_3", "");

        List<AuditEntry> entries = audit.list(all("ws_3")).items();

        assertThat(entries).hasSize(4);
        assertThat(entries.get(1).unreadable()).containsExactly("after");
        assertThat(entries.get(2).unreadable()).containsExactly("actor", "action", "after");
        assertThat(entries.get(3).unreadable()).containsExactly("before", "after");
        assertThat(entries.get(3).actor()).isEqualTo("alice");
        assertThat(entries.get(3).key()).isEqualTo("key_1");
        assertThat(entries.get(3).before()).isEmpty();
    }

    @Test
    void list_trailIsSomethingElse_failsAndSaysSo() {
        REDIS.commands().del(STREAM);
        REDIS.commands().set(STREAM, "no stream");

        assertThatThrownBy(() -> audit.list(all("ws_1")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("WRONGTYPE");
    }

    /** Writes an entry with a time of the test's own, which the workspace's own entry must not be before. */
    private void add(long millis, String action, String actor, String key) {
        REDIS.commands()
                .xadd(
                        STREAM,
                        new XAddArgs().id(millis + "-0"),
                        Map.of(
                                "actor",
                                actor,
                                "action",
                                action,
                                "key",
                                key,
                                "after",
                                "{\"name\":\"n\",\"state\":\"active\",\"created_at\":1}"));
    }

    private static AuditQuery all(String workspace) {
        return query(workspace, 0, "");
    }

    private static AuditQuery query(String workspace, int size, String token) {
        return new AuditQuery(workspace, new PageRequest(size, token), "", "", "", Optional.empty(), Optional.empty());
    }

    private static AuditQuery filter(String key, String actor, String action, long start, long end) {
        return new AuditQuery(
                "ws_1",
                new PageRequest(0, ""),
                key,
                actor,
                action,
                Optional.of(new Moment(start, 0)),
                Optional.of(new Moment(end, 0)));
    }

    private List<String> ids(AuditQuery query) {
        return audit.list(query).items().stream().map(AuditEntry::id).toList();
    }
}
