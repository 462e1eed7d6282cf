package dev.latchkey.server.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadCostTest {
    private static final long LONG = TimeUnit.MILLISECONDS.toNanos(25);

    private long now = Long.MAX_VALUE - LONG; // System.nanoTime may overflow.
    private long cpu;
    private int cpuAsked;
    private final ReadCost cost = new ReadCost(() -> now, () -> {
        cpuAsked++;
        return cpu;
    });

    @Test
    void end_fewBytesThatTookMuchCpuTime_isTheirCost() {
        assertThat(read(1024, LONG, LONG)).isEqualTo(LONG);
        assertThat(read(1024, LONG, LONG - 1)).isEqualTo(LONG - 1);
    }

    @Test
    void end_cpuTimeInProportionToTheBytes_isNone() {
        assertThat(read(1 << 20, LONG, LONG)).isZero();
        assertThat(read(250, 100_000, 100_000)).isZero();
    }

    @Test
    void end_longByTheClockOnly_isNone() {
        assertThat(read(1024, LONG, 50_000)).as("a garbage collection").isZero();
    }

    @Test
    void begin_longAfterTheLastLongRead_asksForNoCpuTime() {
        now += TimeUnit.SECONDS.toNanos(11);
        read(250, 50_000, 50_000);
        assertThat(cost.suspect()).isFalse();
        assertThat(cpuAsked).isZero();
    }

    @Test
    void end_longAfterTheLastLongRead_makesSuspectAndMeasuresTheNext() {
        now += TimeUnit.SECONDS.toNanos(11);

        assertThat(read(1024, LONG, LONG)).as("not measured").isZero();

        assertThat(cost.suspect()).isTrue();
        assertThat(read(1024, LONG, LONG)).isEqualTo(LONG);
    }

    private long read(int bytes, long nanos, long ofCpu) {
        cost.begin();
        now += nanos;
        cpu += ofCpu;
        return cost.end(bytes);
    }
}
