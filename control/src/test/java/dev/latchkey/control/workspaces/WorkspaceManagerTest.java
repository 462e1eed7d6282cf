package dev.latchkey.control.workspaces;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.access.WorkspaceScope;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WorkspaceManagerTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void create_newId_isActiveInTheIndex() {
        ManagedWorkspace created = control.workspaces.create(ALICE, "ws_1", "Kanzlei Müller");

        assertThat(created)
                .isEqualTo(new ManagedWorkspace(
                        new WorkspaceRecord("ws_1", true, 1), "Kanzlei Müller", FakeClock.START.toEpochMilli()));
        assertThat(control.workspaces.get("ws_1")).isEqualTo(created);
        assertThat(control.indexed("ws_1")).contains(created.record());
    }

    @Test
    void create_noName_isNamedByItsId() {
        assertThat(control.workspaces.create(ALICE, "ws_1", "").name()).isEqualTo("ws_1");
    }

    @Test
    void create_existingId_isRefusedAndChangesNothing() {
        control.workspaces.create(ALICE, "ws_1", "One");
        control.workspaces.setActive(ALICE, "ws_1", false);

        assertThatThrownBy(() -> control.workspaces.create(ALICE, "ws_1", "Two"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.ALREADY_EXISTS))
                .hasMessageContaining("ws_1");
        assertThat(control.workspaces.get("ws_1"))
                .matches(ws -> !ws.active() && ws.name().equals("One"));
    }

    @Test
    void setActive_thereAndBack_indexFollows() {
        control.workspaces.create(ALICE, "ws_1", "");

        assertThat(control.workspaces.setActive(ALICE, "ws_1", false).active()).isFalse();
        assertThat(control.indexed("ws_1")).contains(new WorkspaceRecord("ws_1", false, 2));
        assertThat(control.workspaces.setActive(ALICE, "ws_1", true).active()).isTrue();
        assertThat(control.indexed("ws_1")).contains(new WorkspaceRecord("ws_1", true, 3));
    }

    @Test
    void setActive_reason_isKeptInTheAuditTrail() {
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.setActive(ALICE, "ws_1", false, "unpaid");

        assertThat(REDIS.commands()
                        .xrevrange("latchkey:ledger:{ws_1}:audit", Range.unbounded(), Limit.from(1))
                        .get(0)
                        .getBody())
                .containsEntry("reason", "unpaid");
    }

    @Test
    void setActive_isSoAlready_changesNothing() {
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.setActive(ALICE, "ws_1", false);
        control.workspaces.setActive(ALICE, "ws_1", false);

        assertThat(control.indexed("ws_1")).contains(new WorkspaceRecord("ws_1", false, 2));
        assertThat(REDIS.commands().xlen("latchkey:ledger:{ws_1}:audit")).isEqualTo(2);
    }

    @Test
    void setActive_indexHoldsANewerRecordThanTheLedger_deactivationGoesAboveIt() {
        control.workspaces.create(ALICE, "ws_1", "");
        WorkspaceRecord foreign = new WorkspaceRecord("ws_1", true, 50);
        REDIS.commands().hset("latchkey:workspace:ws_1", IndexSchema.encode(foreign));

        assertThat(control.workspaces.setActive(ALICE, "ws_1", false).active()).isFalse();
        assertThat(control.indexed("ws_1")).contains(new WorkspaceRecord("ws_1", false, 51));
        assertThat(control.workspaces.get("ws_1").rev()).isEqualTo(51);
    }

    @Test
    void list_oneWorkspaceWithinReach_isThatOneOnlyAndOnce() {
        List.of("ws_1", "ws_2", "ws_3").forEach(id -> control.workspaces.create(ALICE, id, ""));
        WorkspaceScope reach = new WorkspaceScope(Optional.of("ws_2"));

        Page<ManagedWorkspace> page = control.workspaces.list(reach, new PageRequest(1, ""));

        assertThat(page.items()).extracting(ManagedWorkspace::workspace).containsExactly("ws_2");
        assertThat(page.nextToken()).isEmpty();
        String after = control.workspaces
                .list(WorkspaceScope.ALL, new PageRequest(2, ""))
                .nextToken();
        assertThat(control.workspaces.list(reach, new PageRequest(1, after)).items())
                .isEmpty();
        assertThat(control.workspaces
                        .list(new WorkspaceScope(Optional.of("ws_9")), new PageRequest(0, ""))
                        .items())
                .isEmpty();
    }

    @Test
    void list_manyWorkspaces_isPagedById() {
        List.of("b", "a", "d", "c", "e").forEach(id -> control.workspaces.create(ALICE, id, ""));

        Page<ManagedWorkspace> first = control.workspaces.list(WorkspaceScope.ALL, new PageRequest(3, ""));
        Page<ManagedWorkspace> second =
                control.workspaces.list(WorkspaceScope.ALL, new PageRequest(3, first.nextToken()));
        assertThat(first.items()).extracting(ManagedWorkspace::workspace).containsExactly("a", "b", "c");
        assertThat(second.items()).extracting(ManagedWorkspace::workspace).containsExactly("d", "e");
        assertThat(second.nextToken()).isEmpty();
    }

    @Test
    void list_idWithoutARecord_isPassedOver() {
        REDIS.commands().zadd("latchkey:ledger:workspaces", 0, "orphan");
        assertThat(control.workspaces
                        .list(WorkspaceScope.ALL, new PageRequest(0, ""))
                        .items())
                .isEmpty();
        assertThat(control.workspaces.create(ALICE, "orphan", "").active()).isTrue();
    }

    static Stream<Arguments> unknown() {
        return Stream.of(
                Arguments.of("get", call(m -> m.get("ws_9"))),
                Arguments.of("activate", call(m -> m.setActive(ALICE, "ws_9", true))),
                Arguments.of("deactivate", call(m -> m.setActive(ALICE, "ws_9", false))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unknown")
    void call_unknownId_isNotFoundThatNamesIt(String row, Function<WorkspaceManager, Object> call) {
        assertThatThrownBy(() -> call.apply(control.workspaces))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessageContaining("ws_9");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("no id", call(m -> m.create(ALICE, "", "")), "id"),
                Arguments.of("the id for any", call(m -> m.create(ALICE, "-", "")), "id"),
                Arguments.of("an id with braces", call(m -> m.create(ALICE, "{a}", "")), "id"),
                Arguments.of("a blank name", call(m -> m.create(ALICE, "ws_1", " ")), "name"),
                Arguments.of("a wrong id to get", call(m -> m.get("a b")), "id"),
                Arguments.of("a wrong id to deactivate", call(m -> m.setActive(ALICE, "a b", false)), "id"),
                Arguments.of(
                        "a reason of two lines", call(m -> m.setActive(ALICE, "ws_1", false, "un\npaid")), "reason"),
                Arguments.of(
                        "a wrong token", call(m -> m.list(WorkspaceScope.ALL, new PageRequest(0, "!"))), "page_token"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void call_oneFieldIsWrong_namesIt(String row, Function<WorkspaceManager, Object> call, String field) {
        assertThatThrownBy(() -> call.apply(control.workspaces))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.violations())
                                .singleElement()
                                .extracting(Violation::field)
                                .isEqualTo(field));
    }

    private static Function<WorkspaceManager, Object> call(Function<WorkspaceManager, Object> call) {
        return call;
    }
}
