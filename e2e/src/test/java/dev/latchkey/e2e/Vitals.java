package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Latchkey process has in use. */
public final class Vitals {
    private static final Pattern HEAP = Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)");

    private Vitals() {}

    /** Returns the bytes of heap in use after a collection. */
    public static long heap(long pid, int opsPort) {
        Shell.Outcome collected = Shell.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), "GC.run"));
        assertThat(collected.output()).contains("successfully");
        double used = 0;
        Matcher pool = HEAP.matcher(RawHttp.get(opsPort, "/metrics").body());
        while (pool.find()) {
            used += Double.parseDouble(pool.group(1));
        }
        assertThat(used).isPositive();
        return (long) used;
    }

    public static int threads(long pid) {
        String[] tasks = new File("/proc/" + pid + "/task").list();
        assertThat(tasks).isNotEmpty();
        return tasks.length;
    }

    /** Returns the bytes of memory that the process occupies. */
    public static long resident(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            String kilobytes = lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(kilobytes) << 10;
        }
    }
}
