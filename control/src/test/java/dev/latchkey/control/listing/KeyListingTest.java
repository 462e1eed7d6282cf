package dev.latchkey.control.listing;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.control.workspaces.Generations;
import dev.latchkey.redis.RealRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KeyListingTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final long NOW = FakeClock.START.toEpochMilli();
    private static final PageRequest FIRST = new PageRequest(0, "");
    private static final KeyQuery ACTIVE = KeyQuery.active("ws_1");
    private static final KeyQuery ALL = KeyQuery.all("ws_1");

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
    void list_manyKeys_isPagedOldestFirstAndNewestFirst() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            made.add(create("K" + i, Expiry.Never.NEVER).name());
        }
        control.keys.create(ALICE, TestControl.newKey("ws_2"));

        assertThat(pages(ACTIVE, 3)).containsExactly(made.subList(0, 3), made.subList(3, 6), made.subList(6, 7));
        assertThat(pages(ACTIVE, 7)).as("no empty last page").hasSize(1);
        assertThat(pages(ordered("create_time desc"), 3))
                .containsExactly(List.of("K6", "K5", "K4"), List.of("K3", "K2", "K1"), List.of("K0"));
    }

    @Test
    void list_revokedAndExpiredKeys_onlyIfAskedFor() {
        ManagedKey revoked = create("Revoked", Expiry.Never.NEVER);
        create("Expired", new Expiry.Lifetime(60, 0));
        create("Active", Expiry.Never.NEVER);
        revoke(revoked);
        control.clock.advance(Duration.ofSeconds(60));

        assertThat(names(ACTIVE)).containsExactly("Active");
        assertThat(control.listing.list(ALL, FIRST).items())
                .extracting(view -> view.key().name(), KeyView::state)
                .containsExactly(
                        Tuple.tuple("Revoked", KeyView.State.REVOKED),
                        Tuple.tuple("Expired", KeyView.State.EXPIRED),
                        Tuple.tuple("Active", KeyView.State.ACTIVE));
        for (boolean all : new boolean[] {true, false}) {
            assertThat(names(state("ACTIVE", all))).containsExactly("Active");
            assertThat(names(state("EXPIRED", all))).containsExactly("Expired");
            assertThat(names(state("REVOKED", all))).containsExactly("Revoked");
        }
    }

    /** As after the first step of revoke-all, which ends all keys before it comes to each. */
    @Test
    void list_whileAllKeysAreBeingRevoked_showsNoneAsActive() {
        create("Old", Expiry.Never.NEVER);
        new Generations(control.ledger, control.projector, control.clock).next(ALICE, "ws_1", "leak");
        create("New", Expiry.Never.NEVER);

        assertThat(names(ACTIVE)).containsExactly("New");
        assertThat(names(state("REVOKED", false))).containsExactly("Old");
    }

    @Test
    void list_pageEndsBeforeHiddenKeysOnly_isTheLast() {
        create("Active", Expiry.Never.NEVER);
        revoke(create("Revoked", Expiry.Never.NEVER));

        assertThat(pages(ACTIVE, 1)).containsExactly(List.of("Active"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "crm, CRM Integration|crm 2",
        "'M I', CRM Integration",
        "ÉTÉ, été",
        "zzz, ''",
        "' ', CRM Integration|crm 2"
    })
    void list_name_isContainedInWhateverCase(String name, String found) {
        create("CRM Integration", Expiry.Never.NEVER);
        create("crm 2", Expiry.Never.NEVER);
        create("été", Expiry.Never.NEVER);
        revoke(create("crm gone", Expiry.Never.NEVER));

        assertThat(String.join("|", names(new KeyQuery("ws_1", false, "", name, Optional.empty(), ""))))
                .isEqualTo(found);
    }

    @Test
    void list_expiringIn_isActiveKeysThatEndUntilThen() {
        create("Soon", new Expiry.Lifetime(1, 0));
        create("Day", new Expiry.Lifetime(86_400, 0));
        create("Later", new Expiry.Lifetime(86_400 + 10, 0));
        create("Never", Expiry.Never.NEVER);
        revoke(create("Revoked", new Expiry.Lifetime(3600, 0)));
        control.clock.advance(Duration.ofSeconds(1));

        for (boolean all : new boolean[] {true, false}) {
            assertThat(names(new KeyQuery(
                            "ws_1", all, "", "", Optional.of(new Expiry.Lifetime(86_400, 0)), "expire_time")))
                    .as("all: %s", all)
                    .containsExactly("Day");
        }
    }

    static Stream<Arguments> orders() {
        return Stream.of(
                Arguments.of("", "b C a d"),
                Arguments.of("create_time", "b C a d"),
                Arguments.of("create_time desc", "d a C b"),
                Arguments.of("name", "a b C d"),
                Arguments.of("name desc", "d C b a"),
                Arguments.of("expire_time", "d b C a"),
                Arguments.of("expire_time desc", "b d C a"),
                Arguments.of("last_used_time", "a C b d"),
                Arguments.of("last_used_time desc", "C a b d"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("orders")
    void list_inAnyOrder_pagesTogetherAreTheWholeAndKeysWithoutTheTimeAreLast(String order, String expected) {
        create("b", new Expiry.Lifetime(200, 0));
        ManagedKey second = create("C", Expiry.Never.NEVER);
        ManagedKey third = create("a", Expiry.Never.NEVER);
        create("d", new Expiry.Lifetime(100, 0));
        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) NOW, second.id());
        REDIS.commands().zadd("latchkey:used:{ws_1}", (double) NOW - 1, third.id());

        for (int size = 1; size <= 5; size++) {
            assertThat(pages(ordered(order), size).stream()
                            .flatMap(List::stream)
                            .toList())
                    .as("pages of %s", size)
                    .isEqualTo(List.of(expected.split(" ")));
        }
    }

    @Test
    void list_equalNames_pagesShowEachOnce() {
        for (int i = 0; i < 5; i++) {
            create("same", Expiry.Never.NEVER);
        }
        List<String> ids = new ArrayList<>();
        String token = "";
        do {
            Page<KeyView> page = control.listing.list(ordered("name desc"), new PageRequest(2, token));
            page.items().forEach(view -> ids.add(view.key().id()));
            token = page.nextToken();
        } while (!token.isEmpty());
        assertThat(ids).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void list_unknownWorkspace_isNotFoundThatNamesIt() {
        assertThatThrownBy(() -> control.listing.list(KeyQuery.active("ws_9"), FIRST))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessageContaining("workspace ws_9");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("any workspace", KeyQuery.active("-"), FIRST, "workspace"),
                Arguments.of("a page of -1", ACTIVE, new PageRequest(-1, ""), "page_size"),
                Arguments.of("a page of 1001", ACTIVE, new PageRequest(1001, ""), "page_size"),
                Arguments.of("no token", ACTIVE, new PageRequest(1, "%%"), "page_token"),
                Arguments.of("a short token", ACTIVE, new PageRequest(1, "Lw"), "page_token"),
                Arguments.of("a workspace list's token", ACTIVE, new PageRequest(1, "a2V5XzEyMw"), "page_token"),
                Arguments.of("no state", state("revoked", true), FIRST, "state"),
                Arguments.of("a newer state", state("7", true), FIRST, "state"),
                Arguments.of("no order", ordered("age"), FIRST, "order_by"),
                Arguments.of("two orders", ordered("name, create_time"), FIRST, "order_by"),
                Arguments.of("a direction alone", ordered(" desc"), FIRST, "order_by"),
                Arguments.of(
                        "a name of 101",
                        new KeyQuery("ws_1", false, "", "n".repeat(101), Optional.empty(), ""),
                        FIRST,
                        "name"),
                Arguments.of("expiring in no time", expiring("", 0), FIRST, "expiring_in"),
                Arguments.of("expiring long ago", expiring("", -1), FIRST, "expiring_in"),
                Arguments.of("expiring and revoked", expiring("REVOKED", 60), FIRST, "state"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void list_oneFieldIsWrong_namesIt(String row, KeyQuery query, PageRequest page, String field) {
        assertThat(refused(query, page)).containsExactly(field);
    }

    @Test
    void list_allIsWrong_namesAll() {
        KeyQuery query =
                new KeyQuery("w/1", false, "no", "a\nb", Optional.of(new Expiry.Lifetime(0, 0)), "opt_live_nothing");
        assertThat(refused(query, new PageRequest(-1, "!")))
                .containsExactly("workspace", "page_size", "name", "state", "expiring_in", "order_by", "page_token");
    }

    @Test
    void list_tokenOfAnotherList_isRefused() {
        for (int i = 0; i < 3; i++) {
            create("crm", new Expiry.Lifetime(3600, 0));
            control.keys.create(ALICE, TestControl.newKey("ws_2"));
        }
        List<KeyQuery> lists = List.of(
                ACTIVE,
                ALL,
                KeyQuery.active("ws_2"),
                state("ACTIVE", false),
                ordered("create_time desc"),
                ordered("name"),
                expiring("", 7200),
                new KeyQuery("ws_1", false, "", "crm", Optional.empty(), ""));
        for (KeyQuery of : lists) {
            String token = control.listing.list(of, new PageRequest(1, "")).nextToken();
            for (KeyQuery list : lists) {
                PageRequest second = new PageRequest(2, token);
                if (list.equals(of)) {
                    assertThat(control.listing.list(list, second).items()).hasSize(2);
                } else {
                    assertThat(refused(list, second)).as("%s in %s", of, list).containsExactly("page_token");
                }
            }
            assertThat(refused(of, new PageRequest(1, token + "="))).containsExactly("page_token");
            assertThat(refused(of, new PageRequest(1, token.substring(1)))).containsExactly("page_token");
        }
    }

    private List<String> refused(KeyQuery query, PageRequest page) {
        List<String> fields = new ArrayList<>();
        assertThatThrownBy(() -> control.listing.list(query, page))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.INVALID);
                    e.violations().stream().map(Violation::field).forEach(fields::add);
                });
        return fields;
    }

    private ManagedKey create(String name, Expiry expiry) {
        NewKey wanted = new NewKey("ws_1", name, "live", List.of("cases:read"), expiry);
        ManagedKey key = control.keys.create(ALICE, wanted).view().key();
        control.clock.advance(Duration.ofMillis(1));
        return key;
    }

    private void revoke(ManagedKey key) {
        var unused = control.keys.revoke(ALICE, new KeyName("ws_1", key.id()), "");
    }

    private static KeyQuery state(String state, boolean all) {
        return new KeyQuery("ws_1", all, state, "", Optional.empty(), "");
    }

    private static KeyQuery ordered(String order) {
        return new KeyQuery("ws_1", false, "", "", Optional.empty(), order);
    }

    private static KeyQuery expiring(String state, long seconds) {
        return new KeyQuery("ws_1", false, state, "", Optional.of(new Expiry.Lifetime(seconds, 0)), "");
    }

    private List<String> names(KeyQuery query) {
        return pages(query, 100).stream().flatMap(List::stream).toList();
    }

    private List<List<String>> pages(KeyQuery query, int size) {
        List<List<String>> pages = new ArrayList<>();
        String token = "";
        do {
            Page<KeyView> page = control.listing.list(query, new PageRequest(size, token));
            pages.add(page.items().stream().map(view -> view.key().name()).toList());
            token = page.nextToken();
        } while (!token.isEmpty());
        return pages;
    }
}
