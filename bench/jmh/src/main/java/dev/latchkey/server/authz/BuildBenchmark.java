package dev.latchkey.server.authz;

import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.bench.Checks;
import dev.latchkey.bench.Sample;
import dev.latchkey.bench.Step;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.policy.Route;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;

/** From the decision to the answer; and on to its bytes, of a new message each time, as it keeps its own length. */
public class BuildBenchmark extends Step {
    private final Route route =
            Objects.requireNonNull(new Sample().policy.match(Sample.HOST, "GET", Sample.path("/v1/cases")));
    private final IdentityHeaders identity = new IdentityHeaders(Sample.STYLE.identityPrefix());
    private final CheckResponses responses = new CheckResponses(Sample.STYLE, identity);
    private final MessageWire wire = new MessageWire();
    private final IncomingCheck check =
            new CheckRequests(Sample.FORMAT, identity).read(wire.decode(Checks.of("/v1/cases", Sample.keys())[0]));
    private final Decision[] allows = Sample.each(i -> new Decision.Allow(Reason.OK, route, Sample.record(i)))
            .toArray(Decision[]::new);
    private final Decision[] denials =
            Sample.each(i -> new Decision.Deny(Reason.UNKNOWN_KEY, route, null)).toArray(Decision[]::new);

    @Benchmark
    public CheckResponse allow() {
        return responses.of(allows[next()], check);
    }

    @Benchmark
    public int allowToBytes() {
        return wire.encode(responses.of(allows[next()], check));
    }

    @Benchmark
    public CheckResponse unknownKey() {
        return responses.of(denials[next()], check);
    }

    @Benchmark
    public int unknownKeyToBytes() {
        return wire.encode(responses.of(denials[next()], check));
    }
}
