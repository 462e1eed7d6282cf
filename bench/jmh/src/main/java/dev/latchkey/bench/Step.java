package dev.latchkey.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How every step is measured: the time of one, in a JVM as the launcher starts the sidecar. Short, for a look at what a
 * change did; {@code -f 5 -wi 5 -i 5} is for figures to quote. Each thread has a state of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx256m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@State(Scope.Thread)
public abstract class Step {
    private int position;

    /** Returns which of the {@link Sample#COUNT} is next; after the last comes the first. */
    protected final int next() {
        return position++ & (Sample.COUNT - 1);
    }
}
