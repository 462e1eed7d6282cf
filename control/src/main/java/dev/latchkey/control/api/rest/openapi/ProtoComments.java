package dev.latchkey.control.api.rest.openapi;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comments of the protos. Generated code does not contain the comments, so they are read from the descriptors that
 * the build keeps.
 *
 * <p>This class is immutable and thread-safe.
 */
final class ProtoComments {
    private static final String RESOURCE = "/dev/latchkey/v1/protos.desc";

    private final Map<String, String> byName = new HashMap<>();

    private ProtoComments(FileDescriptorSet files) {
        files.getFileList().forEach(this::addFile);
    }

    /** @throws IllegalStateException if the build has not kept the descriptors */
    static ProtoComments load() {
        try (InputStream stored = ProtoComments.class.getResourceAsStream(RESOURCE)) {
            if (stored == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            return new ProtoComments(FileDescriptorSet.parseFrom(stored));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the comment before the element with this full name, each paragraph on one line; empty if there is none.
     */
    String of(String fullName) {
        return byName.getOrDefault(fullName, "");
    }

    private void addFile(FileDescriptorProto file) {
        for (Location location : file.getSourceCodeInfo().getLocationList()) {
            if (location.hasLeadingComments()) {
                String name = name(file, location.getPathList());
                byName.put(file.getPackage() + name, text(location.getLeadingComments()));
            }
        }
    }

    /**
     * Returns the name of the element at {@code path}, to be appended to the package; empty for other elements. A path
     * is defined by descriptor.proto: a field number, an index, and so on inwards. These protos have no deeper levels.
     */
    private static String name(FileDescriptorProto file, List<Integer> path) {
        if (path.size() < 2) {
            return "";
        }
        int index = path.get(1);
        return switch (path.get(0)) {
            case FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER -> {
                DescriptorProto type = file.getMessageType(index);
                yield "." + type.getName()
                        + (isInner(path) ? "." + type.getField(path.get(3)).getName() : "");
            }
            case FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER -> {
                EnumDescriptorProto type = file.getEnumType(index);
                // Protobuf puts the name of an enum value beside its type, not inside it.
                yield isInner(path) ? "." + type.getValue(path.get(3)).getName() : "." + type.getName();
            }
            case FileDescriptorProto.SERVICE_FIELD_NUMBER -> {
                ServiceDescriptorProto type = file.getService(index);
                yield "." + type.getName()
                        + (isInner(path) ? "." + type.getMethod(path.get(3)).getName() : "");
            }
            default -> "";
        };
    }

    /**
     * Returns whether a path leads to a field of a message, a value of an enum or a method of a service: all three have
     * the number 2.
     */
    private static boolean isInner(List<Integer> path) {
        return path.size() == 4 && path.get(2) == DescriptorProto.FIELD_FIELD_NUMBER;
    }

    private static String text(String comment) {
        return comment.strip().replaceAll(" *\n *(?! *\n)", " ").replaceAll(" *\n[\n ]*", "\n\n");
    }
}
