package dev.latchkey.control;

import com.google.protobuf.Descriptors;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Every method that the protos define, in whatever service. */
public final class Methods {
    private static final List<MethodDescriptor<?, ?>> ALL = find();

    private Methods() {}

    public static List<MethodDescriptor<?, ?>> all() {
        return ALL;
    }

    /** Finds them by their generated classes. */
    private static List<MethodDescriptor<?, ?>> find() {
        return new ClassFileImporter()
                .importPackages("dev.latchkey.v1").stream()
                        .filter(type -> type.getSimpleName().endsWith("Grpc"))
                        .map(Methods::service)
                        .map(ServiceDescriptor::getMethods)
                        .flatMap(Collection::stream)
                        .sorted(Comparator.comparing(MethodDescriptor::getFullMethodName))
                        .<MethodDescriptor<?, ?>>map(method -> method)
                        .toList();
    }

    /** Returns what the proto says of {@code method}. */
    public static Descriptors.MethodDescriptor proto(MethodDescriptor<?, ?> method) {
        return ((ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor()))
                .getMethodDescriptor();
    }

    private static ServiceDescriptor service(JavaClass type) {
        try {
            return (ServiceDescriptor)
                    type.reflect().getMethod("getServiceDescriptor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
