package dev.latchkey.control.api.gate;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.latchkey.config.AdminToken;
import dev.latchkey.v1.Access;
import dev.latchkey.v1.AccessOuterClass;
import dev.latchkey.v1.WorkspaceServiceGrpc;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.Optional;
import java.util.Set;

/**
 * The access rule of a method, as declared in its proto. A method without a declared rule is open to nobody.
 *
 * @param access the method's option {@code (access)}
 * @param workspace the request field that names the workspace; empty if the request names none
 * @param bounded whether a caller who is limited to one workspace can make the call at all: the request names the
 *     workspace, or the service limits its work to the workspace of the caller
 */
record CallRule(Access access, Optional<FieldDescriptor> workspace, boolean bounded) {
    /**
     * Requests that name no workspace. Their services either limit themselves to {@link AdminAuth#reach}, or are for
     * operators, who may see all workspaces.
     */
    static final Set<String> WITHOUT_WORKSPACE = Set.of(
            "latchkey.v1.GetCallerRequest",
            "latchkey.v1.ExplainRequest",
            "latchkey.v1.FindKeyRequest",
            "latchkey.v1.RevokeLeakedKeyRequest",
            "latchkey.v1.ListScopesRequest",
            "latchkey.v1.ListWorkspacesRequest",
            "latchkey.v1.RebuildIndexRequest");

    private static final CallRule FOR_NOBODY = new CallRule(Access.ACCESS_UNSPECIFIED, Optional.empty(), false);

    static CallRule of(io.grpc.MethodDescriptor<?, ?> method) {
        return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier proto
                ? of(proto.getMethodDescriptor())
                : FOR_NOBODY;
    }

    static CallRule of(MethodDescriptor method) {
        Optional<FieldDescriptor> workspace = workspaceOf(method);
        return new CallRule(
                method.getOptions().getExtension(AccessOuterClass.access),
                workspace,
                workspace.isPresent()
                        || WITHOUT_WORKSPACE.contains(method.getInputType().getFullName()));
    }

    boolean permits(AdminToken.Role role) {
        return switch (access) {
            case READ -> true;
            case MANAGE -> role == AdminToken.Role.MANAGER || role == AdminToken.Role.OPERATOR;
            case OPERATE -> role == AdminToken.Role.OPERATOR;
            case ACCESS_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    /** Returns the permitted roles, for messages. */
    String expected() {
        return switch (access) {
            case READ -> "reader, manager or operator";
            case MANAGE -> "manager or operator";
            case OPERATE -> "operator";
            case ACCESS_UNSPECIFIED, UNRECOGNIZED -> "none: the method does not say what it needs";
        };
    }

    private static Optional<FieldDescriptor> workspaceOf(MethodDescriptor method) {
        Descriptor request = method.getInputType();
        FieldDescriptor named = request.findFieldByName("workspace");
        // In other services, id is the ID of a key.
        if (named == null && method.getService().getFullName().equals(WorkspaceServiceGrpc.SERVICE_NAME)) {
            named = request.findFieldByName("id");
        }
        return Optional.ofNullable(named)
                .filter(field -> field.getJavaType() == JavaType.STRING && !field.isRepeated());
    }
}
