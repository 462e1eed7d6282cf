package dev.latchkey.bench;

import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.redis.RedisLastUses;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.server.authz.AuthorizationService;
import dev.latchkey.server.authz.DecisionListener;
import dev.latchkey.server.ops.LastUsed;
import dev.latchkey.server.ops.SidecarMetrics;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Map;

/** Parts of the sidecar as it puts them together, but with records in memory. */
public final class Edge implements AutoCloseable {
    /** Long: the first check in a fresh JVM may take a while. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Sample sample;
    private final IndexClock clock = IndexClock.ofSystem();
    private final RedisResources resources = new RedisResources();

    public Edge(Sample sample) {
        this.sample = sample;
        clock.observe(System.currentTimeMillis());
    }

    public Decider decider(KeyIndex index) {
        return new Decider(new Policies(sample.policy, Map.of()), sample.peppers, index, clock);
    }

    /** Returns what counts; its link to Redis is never started. */
    public DecisionListener listener() {
        RedisLink link = new RedisLink(RedisURI.create("redis://127.0.0.1:1"), TIMEOUT, resources.client());
        RedisLastUses store = new RedisLastUses(link, new IndexSchema("latchkey:"));
        return new SidecarMetrics().andThen(new LastUsed(store, clock::redisMillis));
    }

    public AuthorizationService service(KeyIndex index) {
        return new AuthorizationService(
                Sample.FORMAT, decider(index), Sample.STYLE, listener(), resources.timer(), TIMEOUT);
    }

    @Override
    public void close() {
        resources.close();
    }
}
