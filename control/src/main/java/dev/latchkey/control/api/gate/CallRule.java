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
 * What a method asks of its callers, as its proto says. A method whose proto does not say it is for nobody.
 *
 * @param access the method's option {@code (access)}
 * @param workspace the field of the request that names the workspace; empty if the request names none
 * @param bounded whether callers who may see one workspace can make the call at all: it names the workspace, or is one of those
 *     whose work keeps to the caller's own
 */
record CallRule(Access access, Optional<FieldDescriptor> workspace, boolean bounded) {
    /**
     * Requests that name no workspace: what answers them is told the caller's {@link AdminAuth#reach}, or is for operators, whose
     * reach is everything.
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

    /** Returns the roles that are permitted. */
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
        // Elsewhere it is a key's.
        if (named == null && method.getService().getFullName().equals(WorkspaceServiceGrpc.SERVICE_NAME)) {
            named = request.findFieldByName("id");
        }
        return Optional.ofNullable(named)
                .filter(field -> field.getJavaType() == JavaType.STRING && !field.isRepeated());
    }
}
