package dev.latchkey.server.authz;

import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.bench.Checks;
import dev.latchkey.bench.Sample;
import dev.latchkey.bench.Step;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * From bytes to the question. Reading alone cannot be measured: a message keeps some of what it was asked for, and would be faster
 * the second time. It is the difference of the two.
 */
public class ReadBenchmark extends Step {
    private final ByteBuffer[] checks = Checks.of("/v1/cases", Sample.keys());
    private final MessageWire wire = new MessageWire();
    private final CheckRequests requests =
            new CheckRequests(Sample.FORMAT, new IdentityHeaders(Sample.STYLE.identityPrefix()));

    @Benchmark
    public CheckRequest decode() {
        return wire.decode(checks[next()]);
    }

    @Benchmark
    public Object decodeAndRead() {
        return requests.read(wire.decode(checks[next()]));
    }
}
