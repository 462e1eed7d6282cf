package dev.latchkey.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Operations on files that only their owner can read (mode 0600), and the deletion of folders. */
final class PrivateFiles {
    private PrivateFiles() {}

    /** Creates an empty file with mode 0600. The file must not exist. */
    static Path create(Path file) throws IOException {
        return Files.createFile(
                file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /**
     * Replaces {@code file} atomically with a new file that contains {@code text}. A reader sees either the old content
     * or all of the new content.
     */
    static void replace(Path file, String text) throws IOException {
        Path absolute = file.toAbsolutePath();
        // The draft is in the same folder, because an atomic move cannot cross file systems.
        Path draft = absolute.resolveSibling(
                "." + absolute.getFileName() + "." + ProcessHandle.current().pid());
        Files.deleteIfExists(draft);
        try {
            Files.writeString(create(draft), text);
            Files.move(draft, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    static void deleteFolder(Path folder) throws IOException {
        List<Path> found;
        try (Stream<Path> walk = Files.walk(folder)) {
            // In reverse order, the content of a folder comes before the folder.
            found = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : found) {
            Files.deleteIfExists(path);
        }
    }
}
