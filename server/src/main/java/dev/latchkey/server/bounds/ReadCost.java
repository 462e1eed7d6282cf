package dev.latchkey.server.bounds;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A meter that finds reads of one connection that cost the event loop more than their bytes justify. A few bytes can
 * cost much: a header block that refers to one large field a thousand times, or a compressed message of zeros.
 *
 * <p>CPU time decides, because the wall clock also counts garbage collections and the time that a busy machine gives to
 * other processes. Reading the CPU time is a system call, so it is measured only while the connection is suspect: when
 * it is new, and after each read that took long by the wall clock.
 *
 * <p>Confined to the thread of the event loop.
 */
final class ReadCost {
    /** About ten times the cost of Envoy's checks. */
    private static final long NANOS_PER_BYTE = 300;

    private static final long NANOS_PER_READ = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SUSPECT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier clock;
    private final LongSupplier cpu;
    private boolean suspect = true;
    private long suspectSince;
    private long began;
    private long cpuBegan;

    ReadCost() {
        this(System::nanoTime, Cpu::nanos);
    }

    /**
     * @param clock {@link System#nanoTime}
     * @param cpu the CPU time of the current thread in nanoseconds; called only while the connection is suspect, since
     *     it is a system call
     */
    ReadCost(LongSupplier clock, LongSupplier cpu) {
        this.clock = clock;
        this.cpu = cpu;
        this.suspectSince = clock.getAsLong();
    }

    /** Returns whether the next read might cost too much. */
    boolean suspect() {
        return suspect;
    }

    /** Starts the measurement of a read, and returns the time of the clock. */
    long begin() {
        began = clock.getAsLong();
        suspect = suspect && began - suspectSince < SUSPECT_NANOS;
        if (suspect) {
            cpuBegan = cpu.getAsLong();
        }
        return began;
    }

    /**
     * Ends the measurement of a read. Returns the CPU time in nanoseconds that the read took, or 0 if that is in
     * proportion to {@code bytes}. A read that was not measured yields 0 as well.
     */
    long end(int bytes) {
        long allowed = NANOS_PER_READ + bytes * NANOS_PER_BYTE;
        long now = clock.getAsLong();
        if (now - began <= allowed) {
            return 0;
        }
        boolean measured = suspect;
        suspect = true;
        suspectSince = now;
        long used = measured ? cpu.getAsLong() - cpuBegan : 0;
        return used > allowed ? used : 0;
    }

    /**
     * The CPU time of the current thread, or the wall clock where the JVM cannot measure CPU time. Initialised with the
     * first suspect connection.
     */
    private static final class Cpu {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
        private static final boolean KNOWN =
                THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

        static long nanos() {
            return KNOWN ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
        }
    }
}
