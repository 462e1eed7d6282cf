package dev.latchkey.server.authz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.bench.Checks;
import dev.latchkey.bench.Sample;
import dev.latchkey.bench.Step;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import org.openjdk.jmh.annotations.Benchmark;

/** From bytes to the question; and what the generated classes would take for the first part of that. */
public class ReadBenchmark extends Step {
    private final byte[][] checks = Checks.bytes("/v1/cases", Sample.keys());
    private final CheckRequests requests =
            new CheckRequests(Sample.FORMAT, new IdentityHeaders(Sample.STYLE.identityPrefix()));

    @Benchmark
    public Object read() {
        return read(requests, checks[next()]);
    }

    @Benchmark
    public Object generatedParse() throws InvalidProtocolBufferException {
        return CheckRequest.parseFrom(checks[next()]);
    }

    static IncomingCheck read(CheckRequests requests, byte[] check) {
        try {
            return requests.read(check);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
