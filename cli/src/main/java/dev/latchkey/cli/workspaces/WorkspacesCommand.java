package dev.latchkey.cli.workspaces;

import com.google.protobuf.Message;
import dev.latchkey.cli.client.AuditedRequestId;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.client.RepeatableRequestId;
import dev.latchkey.cli.output.ListPrinter;
import dev.latchkey.cli.output.Output;
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
import dev.latchkey.v1.WorkspaceServiceGrpc.WorkspaceServiceBlockingStub;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code latchkey workspaces} commands, except {@code revoke-all}. */
@Command(
        name = "workspaces",
        description = "Create, list, show, activate and deactivate workspaces, and revoke all their keys.")
public final class WorkspacesCommand {
    @Mixin
    private final ControlOptions control;

    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public WorkspacesCommand(ControlOptions control, Output output) {
        this.control = control;
        this.output = output;
    }

    @Command(name = "create", description = "Create a workspace. It is active.")
    int create(
            @Parameters(paramLabel = "ID", description = "Its id, your own: 1 to 64 letters, digits, _ and -.")
                    String id,
            @Option(names = "--name", paramLabel = "NAME", description = "What people call it. Default: the id.")
                    @Nullable
                    String name,
            @Mixin RepeatableRequestId requestId) {
        CreateWorkspaceRequest.Builder request =
                CreateWorkspaceRequest.newBuilder().setId(id).setRequestId(requestId.text());
        if (name != null) {
            request.setName(name);
        }
        return requestId.repeatable(
                () -> print(stub -> stub.createWorkspace(request.build()), CreateWorkspaceResponse::getWorkspace));
    }

    @Command(name = "activate", description = "Let the keys of a workspace work again.")
    int activate(
            @Parameters(paramLabel = "ID", description = "The workspace.") String id,
            @Mixin AuditedRequestId requestId) {
        ActivateWorkspaceRequest request = ActivateWorkspaceRequest.newBuilder()
                .setId(id)
                .setRequestId(requestId.text())
                .build();
        return print(stub -> stub.activateWorkspace(request), ActivateWorkspaceResponse::getWorkspace);
    }

    @Command(name = "deactivate", description = "Stop all keys of a workspace: requests get AUTH_TENANT_INACTIVE.")
    int deactivate(
            @Parameters(paramLabel = "ID", description = "The workspace.") String id,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "",
                            description = "Why, for the audit trail: up to 200 characters.")
                    String reason,
            @Mixin AuditedRequestId requestId) {
        DeactivateWorkspaceRequest request = DeactivateWorkspaceRequest.newBuilder()
                .setId(id)
                .setReason(reason)
                .setRequestId(requestId.text())
                .build();
        return print(stub -> stub.deactivateWorkspace(request), DeactivateWorkspaceResponse::getWorkspace);
    }

    @Command(name = "get", description = "Show one workspace.")
    int get(@Parameters(paramLabel = "ID", description = "The workspace.") String id) {
        GetWorkspaceRequest request = GetWorkspaceRequest.newBuilder().setId(id).build();
        return print(stub -> stub.getWorkspace(request), GetWorkspaceResponse::getWorkspace);
    }

    @Command(name = "list", description = "List all workspaces, by id.")
    int list() {
        ListPrinter printer = new ListPrinter(output, spec, "workspaces");
        try (ControlClient client = control.client()) {
            ListWorkspacesResponse page;
            String token = "";
            do {
                ListWorkspacesRequest request = ListWorkspacesRequest.newBuilder()
                        .setPageSize(ListPrinter.PAGE_SIZE)
                        .setPageToken(token)
                        .build();
                page = client.workspaces(stub -> stub.listWorkspaces(request));
                printer.page(page, WorkspaceView.table(page.getWorkspacesList()));
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            printer.end(page);
        }
        return 0;
    }

    private <A extends Message> int print(
            Function<WorkspaceServiceBlockingStub, A> call, Function<A, Workspace> workspace) {
        A answer;
        try (ControlClient client = control.client()) {
            answer = client.workspaces(call);
        }
        output.print(spec, answer, WorkspaceView.sheet(workspace.apply(answer)).toString());
        return 0;
    }
}
