package dev.latchkey.e2e.abuse;

import dev.latchkey.e2e.Checks;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Good checks at a steady rate on one connection, as an Envoy's; counts those that fail, are denied, or are late. */
final class SteadyChecks implements AutoCloseable {
    private static final int PER_SECOND = 200;
    /** Envoy's timeout of a check. */
    private static final long LATE_MILLIS = 200;

    private final CheckRequest good = FloodedSidecar.check(0);
    private final ManagedChannel channel;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong asked = new AtomicLong();
    private final LongAdder answered = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile String failure = "";
    private volatile long worstMillis;

    SteadyChecks(int port) {
        channel = Checks.channel(port);
        var unused = clock.scheduleAtFixedRate(this::ask, 0, 1_000_000 / PER_SECOND, TimeUnit.MICROSECONDS);
    }

    private void ask() {
        asked.incrementAndGet();
        long start = System.nanoTime();
        AuthorizationGrpc.newStub(channel).check(good, new StreamObserver<>() {
            @Override
            public void onNext(CheckResponse response) {
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                worstMillis = Math.max(worstMillis, millis);
                if (response.getStatus().getCode() != 0) {
                    fail(response.getDynamicMetadata().toString());
                } else if (millis > LATE_MILLIS) {
                    late.increment();
                }
            }

            @Override
            public void onError(Throwable e) {
                fail(e.toString());
                answered.increment();
            }

            @Override
            public void onCompleted() {
                answered.increment();
            }
        });
    }

    private void fail(String what) {
        failed.increment();
        failure = what;
    }

    long asked() {
        return asked.get();
    }

    long lateOrFailed() {
        return late.sum() + failed.sum() + Math.max(0, asked.get() - PER_SECOND - answered.sum());
    }

    @Override
    public String toString() {
        return asked.get() + " good checks, " + late.sum() + " late, " + failed.sum() + " failed, worst " + worstMillis
                + " ms " + failure;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        channel.shutdownNow();
    }
}
