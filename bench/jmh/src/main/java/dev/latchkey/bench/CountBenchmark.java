package dev.latchkey.bench;

import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.policy.Route;
import dev.latchkey.server.authz.DecisionListener;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.TearDown;

/** After the answer: metrics, and when the key was last used. */
public class CountBenchmark extends Step {
    private final Sample sample = new Sample();
    private final Route route = sample.policy.routes().get(0);
    private final Decision[] decisions = Sample.each(i -> new Decision.Allow(Reason.OK, route, Sample.record(i)))
            .toArray(Decision[]::new);
    private final Edge edge = new Edge(sample);
    private final DecisionListener listener = edge.listener();

    @Benchmark
    public void decided() {
        int i = next();
        listener.decided(decisions[i], 20_000L + i);
    }

    @TearDown
    public void close() {
        edge.close();
    }
}
