package dev.latchkey.bench;

import dev.latchkey.key.AuthorizationHeader;
import dev.latchkey.key.Credential;
import dev.latchkey.key.PresentedKey;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;

/** From the header to the key in it. */
public class ParseBenchmark extends Step {
    private final String[] keys =
            Arrays.stream(Sample.keys()).map(PresentedKey::reveal).toArray(String[]::new);
    private final String[] headers =
            Arrays.stream(keys).map(key -> "Bearer " + key).toArray(String[]::new);

    @Benchmark
    public Credential header() {
        return AuthorizationHeader.parse(headers[next()], Sample.FORMAT);
    }

    @Benchmark
    public Credential key() {
        return Sample.FORMAT.parse(keys[next()]);
    }
}
