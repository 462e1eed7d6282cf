package dev.latchkey.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The wall clock of one process, which can be stepped while the process runs. It is libfaketime's, a package of most
 * Linux distributions; the monotonic clock, and with it every timeout, stays the machine's. Programs that are linked
 * statically keep the machine's clock.
 */
final class SteppedClock {
    private static final List<String> PLACES = List.of(
            "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
            "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
            "/usr/lib64/faketime/libfaketimeMT.so.1",
            "/usr/lib/faketime/libfaketimeMT.so.1");
    private static final Optional<Path> LIBRARY =
            PLACES.stream().map(Path::of).filter(Files::exists).findFirst();

    private final Path file;

    /** @param file to be created, which holds by how much the clock is wrong */
    SteppedClock(Path file) {
        this.file = file;
        step(Duration.ZERO);
    }

    /**
     * Tells whether libfaketime is installed. Without it a process keeps the machine's clock, and stepping does
     * nothing.
     */
    static boolean available() {
        return LIBRARY.isPresent();
    }

    /** Returns the variables of the process that goes by this clock. */
    Map<String, String> variables() {
        return LIBRARY.map(library -> Map.of(
                        "LD_PRELOAD", library.toString(),
                        "FAKETIME_TIMESTAMP_FILE", file.toString(),
                        "FAKETIME_CACHE_DURATION", "1", // second, after which the file is read again
                        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                        "DONT_FAKE_MONOTONIC", "1", // as older releases call it
                        "FAKETIME_FORCE_MONOTONIC_FIX", "0", // else every timed wait of a JVM ends at once
                        "NO_FAKE_STAT", "1"))
                .orElse(Map.of());
    }

    /** Makes the clock differ from the machine's by {@code ahead}, within about a second. Negative is behind. */
    void step(Duration ahead) {
        assertThat(ahead.toMillisPart()).isZero();
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, "%+d%n".formatted(ahead.toSeconds()));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
