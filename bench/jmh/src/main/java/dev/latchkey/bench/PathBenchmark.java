package dev.latchkey.bench;

import dev.latchkey.policy.path.CanonicalPath;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;

/** From the path as it was sent to its one spelling. */
public class PathBenchmark extends Step {
    private final String[] shortPaths = Sample.shortPaths();
    private final String[] deepPaths = Sample.deepPaths();

    @Benchmark
    public @Nullable CanonicalPath shortPath() {
        return CanonicalPath.parse(shortPaths[next()]);
    }

    @Benchmark
    public @Nullable CanonicalPath deepPath() {
        return CanonicalPath.parse(deepPaths[next()]);
    }
}
