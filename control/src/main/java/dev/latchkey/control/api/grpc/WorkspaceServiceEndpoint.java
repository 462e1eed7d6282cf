package dev.latchkey.control.api.grpc;

import dev.latchkey.control.api.gate.AdminAuth;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.control.workspaces.WorkspaceManager;
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
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.grpc.stub.StreamObserver;

/**
 * The endpoint of {@code latchkey.v1.WorkspaceService}. It translates between messages and the types of the rules, and
 * blocks the calling thread while Redis works.
 *
 * <p>This class is thread-safe.
 */
public final class WorkspaceServiceEndpoint extends WorkspaceServiceGrpc.WorkspaceServiceImplBase {
    private final WorkspaceManager workspaces;

    public WorkspaceServiceEndpoint(WorkspaceManager workspaces) {
        this.workspaces = workspaces;
    }

    @Override
    public void createWorkspace(CreateWorkspaceRequest request, StreamObserver<CreateWorkspaceResponse> call) {
        ErrorMapping.answer(call, () -> {
            ManagedWorkspace created =
                    workspaces.create(AdminAuth.caller(request.getRequestId()), request.getId(), request.getName());
            return CreateWorkspaceResponse.newBuilder()
                    .setWorkspace(Messages.workspace(created))
                    .build();
        });
    }

    @Override
    public void listWorkspaces(ListWorkspacesRequest request, StreamObserver<ListWorkspacesResponse> call) {
        ErrorMapping.answer(call, () -> {
            Page<ManagedWorkspace> page =
                    workspaces.list(AdminAuth.reach(), new PageRequest(request.getPageSize(), request.getPageToken()));
            return ListWorkspacesResponse.newBuilder()
                    .addAllWorkspaces(
                            page.items().stream().map(Messages::workspace).toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public void getWorkspace(GetWorkspaceRequest request, StreamObserver<GetWorkspaceResponse> call) {
        ErrorMapping.answer(
                call,
                () -> GetWorkspaceResponse.newBuilder()
                        .setWorkspace(Messages.workspace(workspaces.get(request.getId())))
                        .build());
    }

    @Override
    public void activateWorkspace(ActivateWorkspaceRequest request, StreamObserver<ActivateWorkspaceResponse> call) {
        ErrorMapping.answer(call, () -> {
            ManagedWorkspace active =
                    workspaces.setActive(AdminAuth.caller(request.getRequestId()), request.getId(), true);
            return ActivateWorkspaceResponse.newBuilder()
                    .setWorkspace(Messages.workspace(active))
                    .build();
        });
    }

    @Override
    public void deactivateWorkspace(
            DeactivateWorkspaceRequest request, StreamObserver<DeactivateWorkspaceResponse> call) {
        ErrorMapping.answer(call, () -> {
            ManagedWorkspace inactive = workspaces.setActive(
                    AdminAuth.caller(request.getRequestId()), request.getId(), false, request.getReason());
            return DeactivateWorkspaceResponse.newBuilder()
                    .setWorkspace(Messages.workspace(inactive))
                    .build();
        });
    }
}
