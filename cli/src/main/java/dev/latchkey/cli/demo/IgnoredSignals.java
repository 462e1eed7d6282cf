package dev.latchkey.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The signals that a process ignores, as Linux reports them; empty on systems that do not report them. */
final class IgnoredSignals {
    static final int INT = 2;

    private static final String MASK = "SigIgn:";
    private static final int HEX = 16;

    private IgnoredSignals() {}

    /** Returns the numbers of the signals that this process ignores. */
    static Set<Integer> ofProcess() {
        try {
            return of(Files.readString(Path.of("/proc/self/status")));
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** @param status the content of {@code /proc/self/status}, see proc(5) */
    static Set<Integer> of(String status) {
        Set<Integer> ignored = new HashSet<>();
        status.lines().filter(line -> line.startsWith(MASK)).forEach(line -> {
            long mask = Long.parseUnsignedLong(line.substring(MASK.length()).strip(), HEX);
            for (int signal = 1; signal <= Long.SIZE; signal++) {
                if ((mask >>> (signal - 1) & 1) == 1) {
                    ignored.add(signal);
                }
            }
        });
        return ignored;
    }
}
