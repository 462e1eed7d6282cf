package dev.latchkey.bench;

import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * From the path as it was sent to its rule. Matching alone is what {@link PathBenchmark} leaves of it: the segments of
 * a path keep their hashes, and would be found faster the second time.
 */
public class MatchBenchmark extends Step {
    private final Policy policy = new Sample().policy;
    private final String[] shortPaths = Sample.shortPaths();
    private final String[] deepPaths = Sample.deepPaths();

    @Benchmark
    public @Nullable Route shortPath() {
        return match(shortPaths[next()]);
    }

    @Benchmark
    public @Nullable Route deepPath() {
        return match(deepPaths[next()]);
    }

    private @Nullable Route match(String path) {
        return policy.match(Sample.HOST, "GET", Sample.path(path));
    }
}
