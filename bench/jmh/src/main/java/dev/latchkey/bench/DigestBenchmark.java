package dev.latchkey.bench;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import org.openjdk.jmh.annotations.Benchmark;

/** From the key to its name in the index. */
public class DigestBenchmark extends Step {
    private final PresentedKey[] keys = Sample.keys();
    private final Peppers peppers = new Sample().peppers;

    @Benchmark
    public KeyDigest newest() {
        return peppers.newest(keys[next()]);
    }
}
