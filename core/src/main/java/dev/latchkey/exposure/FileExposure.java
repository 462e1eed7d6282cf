package dev.latchkey.exposure;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Checks of the access that the POSIX permissions of a file give to other users. Symbolic links are followed.
 * Nothing is reported if the file system has no such permissions or the file does not exist. Stateless: each call
 * reads the file system.
 */
public final class FileExposure {
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int OTHERS_READ = 0004;
    private static final int STICKY = 01000;
    private static final int PERMISSIONS = 07777;

    private FileExposure() {}

    /** Returns a warning if every user may write {@code file}, so that its content cannot be trusted; else empty. */
    public static Optional<String> writableByAll(Path file) {
        return mode(file)
                .filter(mode -> (mode & OTHERS_WRITE) != 0)
                .map(mode -> "every user may write this file, mode " + octal(mode) + " (expected: chmod o-w)");
    }

    /** Returns a warning if every user may read {@code file}, so that its content is not secret; else empty. */
    public static Optional<String> readableByAll(Path file) {
        return mode(file)
                .filter(mode -> (mode & OTHERS_READ) != 0)
                .map(mode -> "every user may read this secret, mode " + octal(mode)
                        + " (expected: chmod o-r; in Kubernetes defaultMode: 0440)");
    }

    /**
     * Returns warnings about other users who may change {@code file}: the members of a group that is not its owner's
     * private group, and all users who may replace the file because a directory above it is writable by everyone.
     */
    public static List<String> otherWriters(Path file) {
        List<String> found = new ArrayList<>();
        group(file).ifPresent(group -> found.add("the group " + group + " may write this file (expected: chmod g-w)"));
        for (Path folder : folders(file)) {
            mode(folder)
                    // In a sticky directory, users can replace only their own files.
                    .filter(mode -> (mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0)
                    .ifPresent(mode -> found.add("every user may replace this file, since " + folder + " has mode "
                            + octal(mode) + " (expected: chmod o-w)"));
        }
        return found;
    }

    /**
     * Returns the name of the group that may write {@code file}; empty if that is the owner's private group, which has
     * the same name as the owner (or the same number, where the system knows no names).
     */
    private static Optional<String> group(Path file) {
        if (mode(file).filter(mode -> (mode & GROUP_WRITES) != 0).isEmpty()) {
            return Optional.empty();
        }
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            GroupPrincipal group = attributes.group();
            return group.getName().equals(attributes.owner().getName())
                    ? Optional.empty()
                    : Optional.of(group.getName());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns every directory above the file, both on the given path and on the real path behind symbolic links. */
    private static Set<Path> folders(Path file) {
        Set<Path> folders = new LinkedHashSet<>();
        addParents(folders, file.toAbsolutePath().normalize());
        try {
            addParents(folders, file.toRealPath());
        } catch (IOException e) {
            return folders;
        }
        return folders;
    }

    private static void addParents(Set<Path> folders, Path file) {
        for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
            folders.add(folder);
        }
    }

    private static Optional<Integer> mode(Path file) {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
            return Optional.empty();
        }
        try {
            // PosixFilePermission has no constant for the sticky bit.
            return Optional.of((Integer) Files.getAttribute(file, "unix:mode") & PERMISSIONS);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String octal(int mode) {
        return String.format("%04o", mode);
    }
}
