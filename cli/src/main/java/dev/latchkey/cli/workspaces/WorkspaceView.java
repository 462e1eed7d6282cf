package dev.latchkey.cli.workspaces;

import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.Workspace;
import java.util.List;

/** The presentation of workspaces in results. */
final class WorkspaceView {
    private WorkspaceView() {}

    /** Returns the details of a workspace, with a name and a value on each line. */
    static TextTable sheet(Workspace workspace) {
        return new TextTable()
                .row("id", workspace.getId())
                .row("name", workspace.getName())
                .row("state", ProtoValues.text(workspace.getState()))
                .row("created", created(workspace));
    }

    /** Returns a table with a line for each workspace. */
    static TextTable table(List<Workspace> workspaces) {
        TextTable table = new TextTable().row("ID", "NAME", "STATE", "CREATED");
        for (Workspace workspace : workspaces) {
            table.row(
                    workspace.getId(), workspace.getName(), ProtoValues.text(workspace.getState()), created(workspace));
        }
        return table;
    }

    private static String created(Workspace workspace) {
        return workspace.hasCreateTime() ? ProtoValues.seconds(workspace.getCreateTime()) : "-";
    }
}
