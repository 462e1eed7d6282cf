package dev.latchkey.bench;

import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.Credential;
import dev.latchkey.key.PresentedKey;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.TearDown;

/** From the question to its decision: digest, match and two hits in the near cache are part of it. */
public class DecideBenchmark extends Step {
    private final PresentedKey[] keys = Sample.keys();
    private final AccessRequest[] questions =
            Sample.each(i -> question(keys[i])).toArray(AccessRequest[]::new);
    private final Sample sample = new Sample();
    private final Edge edge = new Edge(sample);
    private final Decider decider = edge.decider(sample.cached(keys));

    @Benchmark
    public CompletableFuture<Decision> allow() {
        return decider.decide(questions[next()]);
    }

    @TearDown
    public void close() {
        edge.close();
    }

    private static AccessRequest question(PresentedKey key) {
        return new AccessRequest(
                RouteConfig.NONE,
                Sample.HOST,
                "GET",
                Sample.path("/v1/cases"),
                new Credential.Presented(key),
                /* preflight= */ false);
    }
}
