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
 * What the POSIX permissions of a file allow other users. Links are followed. Where a file system has no such permissions, or the
 * file does not exist, nothing is reported. Stateless; each call looks at the file system.
 */
public final class FileExposure {
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int OTHERS_READ = 0004;
    private static final int STICKY = 01000;
    private static final int PERMISSIONS = 07777;

    private FileExposure() {}

    /** Returns why the content of {@code file} cannot be trusted: every user may write it. Empty if not every user may. */
    public static Optional<String> writableByAll(Path file) {
        return mode(file)
                .filter(mode -> (mode & OTHERS_WRITE) != 0)
                .map(mode -> "every user may write this file, mode " + octal(mode) + " (expected: chmod o-w)");
    }

    /** Returns why {@code file} is no secret: every user may read it. Empty if not every user may. */
    public static Optional<String> readableByAll(Path file) {
        return mode(file)
                .filter(mode -> (mode & OTHERS_READ) != 0)
                .map(mode -> "every user may read this secret, mode " + octal(mode)
                        + " (expected: chmod o-r; in Kubernetes defaultMode: 0440)");
    }

    /**
     * Returns who else may change {@code file}: the members of a group other than its owner's own, and whoever may replace it
     * since a folder on the way to it lets every user do so.
     */
    public static List<String> otherWriters(Path file) {
        List<String> found = new ArrayList<>();
        group(file).ifPresent(group -> found.add("the group " + group + " may write this file (expected: chmod g-w)"));
        for (Path folder : folders(file)) {
            mode(folder)
                    .filter(mode -> (mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0)
                    .ifPresent(mode -> found.add("every user may replace this file, since " + folder + " has mode "
                            + octal(mode) + " (expected: chmod o-w)"));
        }
        return found;
    }

    /** Returns the group that may write {@code file}, unless it is the owner's own: one of the same name or number. */
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

    /** Returns every folder above the file, by the name that was given and by the one that links lead to. */
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
            // Java's own set of permissions has no sticky bit.
            return Optional.of((Integer) Files.getAttribute(file, "unix:mode") & PERMISSIONS);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String octal(int mode) {
        return String.format("%04o", mode);
    }
}
