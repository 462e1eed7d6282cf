package dev.latchkey.cli.workspaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.FakeControl;
import dev.latchkey.cli.Run;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.ActivateWorkspaceRequest;
import dev.latchkey.v1.ActivateWorkspaceResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.CreateWorkspaceResponse;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.DeactivateWorkspaceResponse;
import dev.latchkey.v1.GetWorkspaceRequest;
import dev.latchkey.v1.GetWorkspaceResponse;
import dev.latchkey.v1.ListWorkspacesRequest;
import dev.latchkey.v1.ListWorkspacesResponse;
import dev.latchkey.v1.Workspace;
import dev.latchkey.v1.WorkspaceState;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkspacesCommandTest {
    private static final Workspace ACTIVE = Workspace.newBuilder()
            .setId("ws_1")
            .setName("First")
            .setState(WorkspaceState.WORKSPACE_ACTIVE)
            .setCreateTime(ProtoValues.timestamp(Instant.parse("2026-11-25T04:57:45.378Z")))
            .build();
    private static final Workspace INACTIVE = ACTIVE.toBuilder()
            .setId("ws_22")
            .setState(WorkspaceState.WORKSPACE_INACTIVE)
            .build();

    private final FakeControl control;

    WorkspacesCommandTest() throws IOException {
        control = new FakeControl();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void create_json_isTheRestBody() {
        control.answer(CreateWorkspaceResponse.newBuilder().setWorkspace(ACTIVE).build());

        Run run = control.run("workspaces", "create", "ws_1", "--name", "First", "--output", "json");

        assertThat(run)
                .isEqualTo(new Run(
                        0,
                        "{\"workspace\":{\"id\":\"ws_1\",\"name\":\"First\",\"state\":\"active\","
                                + "\"create_time\":\"2026-11-25T04:57:45.378Z\"}}\n",
                        ""));
        assertThat(control.requestsWithoutMadeUpIds())
                .containsExactly(CreateWorkspaceRequest.newBuilder()
                        .setId("ws_1")
                        .setName("First")
                        .build());
    }

    @Test
    void eachCommand_id_isSentAndTheWorkspacePrinted() {
        control.answer(
                CreateWorkspaceResponse.newBuilder().setWorkspace(ACTIVE).build(),
                ActivateWorkspaceResponse.newBuilder().setWorkspace(ACTIVE).build(),
                DeactivateWorkspaceResponse.newBuilder().setWorkspace(INACTIVE).build(),
                GetWorkspaceResponse.newBuilder().setWorkspace(INACTIVE).build());

        assertThat(control.run("workspaces", "create", "a").out()).contains("state    active\n");
        assertThat(control.run("workspaces", "activate", "b").out()).contains("state    active\n");
        assertThat(control.run("workspaces", "deactivate", "c", "--reason", "unpaid", "--request-id=r-1")
                        .out())
                .contains("state    inactive\n");
        assertThat(control.run("workspaces", "get", "d").out()).isEqualTo("""
                        id       ws_22
                        name     First
                        state    inactive
                        created  2026-11-25T04:57:45Z
                        """);
        assertThat(control.requestsWithoutMadeUpIds())
                .containsExactly(
                        CreateWorkspaceRequest.newBuilder().setId("a").build(),
                        ActivateWorkspaceRequest.newBuilder().setId("b").build(),
                        DeactivateWorkspaceRequest.newBuilder()
                                .setId("c")
                                .setReason("unpaid")
                                .setRequestId("r-1")
                                .build(),
                        GetWorkspaceRequest.newBuilder().setId("d").build());
    }

    @Test
    void list_severalPages_printsAllOfThem() {
        ListWorkspacesResponse first = ListWorkspacesResponse.newBuilder()
                .addWorkspaces(ACTIVE)
                .setNextPageToken("more")
                .build();
        ListWorkspacesResponse last =
                ListWorkspacesResponse.newBuilder().addWorkspaces(INACTIVE).build();
        control.answer(first, last, first, last);

        Run table = control.run("workspaces", "list");
        Run json = control.run("workspaces", "list", "--output=json");

        assertThat(table.out()).isEqualTo("""
                        ID     NAME   STATE     CREATED
                        ws_1   First  active    2026-11-25T04:57:45Z
                        ws_22  First  inactive  2026-11-25T04:57:45Z
                        """);
        assertThat(json.out())
                .startsWith("{\"workspaces\":[{\"id\":\"ws_1\",")
                .contains("\"state\":\"inactive\"")
                .endsWith("],\"next_page_token\":\"\"}\n");
        assertThat(control.requests().subList(0, 2))
                .containsExactly(
                        ListWorkspacesRequest.newBuilder().setPageSize(1000).build(),
                        ListWorkspacesRequest.newBuilder()
                                .setPageSize(1000)
                                .setPageToken("more")
                                .build());
    }
}
