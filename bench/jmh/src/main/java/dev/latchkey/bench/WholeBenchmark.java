package dev.latchkey.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.key.PresentedKey;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A check from bytes to bytes, with all that is done for one but the network and gRPC's share of it. To compile so much
 * takes longer than for one step.
 */
@Warmup(iterations = 6, time = 1)
public class WholeBenchmark extends Step {
    private final PresentedKey[] keys = Sample.keys();
    private final Sample sample = new Sample();
    private final Edge edge = new Edge(sample);
    private final Wire<?, ?> wire = Wire.to(edge.service(sample.cached(keys)).bindService());
    private final ByteBuffer[] allowed = checks("/v1/cases", keys, 200);
    private final ByteBuffer[] unknown = checks("/v1/cases", Sample.keys(), 401);
    private final ByteBuffer[] wrongScope = checks("/v1/invoices", keys, 403);
    private final ByteBuffer[] publicRoute = checks("/healthz", keys, 200);

    @Benchmark
    public int allow() {
        return wire.call(allowed[next()]);
    }

    /** The absence of its record is in the near cache. */
    @Benchmark
    public int unknownKey() {
        return wire.call(unknown[next()]);
    }

    @Benchmark
    public int wrongScope() {
        return wire.call(wrongScope[next()]);
    }

    @Benchmark
    public int publicRoute() {
        return wire.call(publicRoute[next()]);
    }

    @TearDown
    public void close() {
        edge.close();
    }

    /** Returns checks that are answered with {@code status}: a failure is fast. */
    private ByteBuffer[] checks(String path, PresentedKey[] asking, int status) {
        ByteBuffer[] checks = Checks.of(path, asking);
        for (ByteBuffer check : checks) {
            wire.call(check);
            int got = status(wire.written());
            if (got != status) {
                throw new IllegalStateException(path + ": " + got + " (expected: " + status + ")");
            }
        }
        return checks;
    }

    private static int status(byte[] answer) {
        try {
            CheckResponse response = CheckResponse.parseFrom(answer);
            return response.hasOkResponse()
                    ? 200
                    : response.getDeniedResponse().getStatus().getCodeValue();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
