package dev.latchkey.server.authz;

import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.bench.Checks;
import dev.latchkey.bench.Sample;
import dev.latchkey.bench.Step;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.policy.Route;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;

/** From the decision to the bytes of the answer. */
public class BuildBenchmark extends Step {
    private final Route route =
            Objects.requireNonNull(new Sample().policy.match(Sample.HOST, "GET", Sample.path("/v1/cases")));
    private final IdentityHeaders identity = new IdentityHeaders(Sample.STYLE.identityPrefix());
    private final CheckResponses responses = new CheckResponses(Sample.STYLE, identity);
    private final IncomingCheck check =
            ReadBenchmark.read(new CheckRequests(Sample.FORMAT, identity), Checks.bytes("/v1/cases", Sample.keys())[0]);
    private final Decision[] allows = Sample.each(i -> new Decision.Allow(Reason.OK, route, Sample.record(i)))
            .toArray(Decision[]::new);
    private final Decision[] denials =
            Sample.each(i -> new Decision.Deny(Reason.UNKNOWN_KEY, route, null)).toArray(Decision[]::new);

    @Benchmark
    public Object allow() {
        return responses.of(allows[next()], check);
    }

    @Benchmark
    public Object unknownKey() {
        return responses.of(denials[next()], check);
    }
}
