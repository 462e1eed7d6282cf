package dev.latchkey.server.warmup;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.BoundedKeyIndex;
import dev.latchkey.index.IndexClock;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.ReadBudget;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.redis.AsyncRedisClient;
import dev.latchkey.redis.LinkOptions;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.redis.TlsFiles;
import dev.latchkey.server.authz.AuthorizationService;
import dev.latchkey.server.authz.DecisionListener;
import dev.latchkey.server.cache.RehearsalIndex;
import dev.latchkey.server.port.AuthzServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Walks the way of a request before the first real one does, until the JVM has compiled it: the first check in a fresh JVM takes
 * longer than Envoy waits, and the first seconds are ten times as slow as the rest. Everything is made up, keys, pepper, policy
 * and what stands in for Redis, and served on ports of its own: nothing of it reaches Redis, a log or a metric, and no made-up
 * key is known to the real listener.
 */
public final class WarmUp {
    private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();
    private static final int CHECKS = 14_000;
    /** One after the other: each begins in its own way. */
    private static final int CONNECTIONS = 4;

    private static final int BURST = 32;
    private static final int OTHERS = 6;
    /** Rounds, of which one is of single checks, and one of a long burst. */
    private static final int PERIOD = 16;

    private static final int READS_A_ROUND = 4;
    /** Of anything that is waited for: the parts talk to each other, and to nobody else. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private static final Policy POLICY = Policy.parse("""
            scopes: {a: A, b: B}
            routes:
              - {match: GET /v1/a, scope: a}
              - {match: "GET /v1/a/{id}", scope: a}
              - {match: GET /v1/b, scope: b}
              - {match: GET /public, public: true}
            """, "warm-up");

    private final KeyFormat format = new KeyFormat("warm", false);
    private final SecureRandom random = new SecureRandom();
    private final Peppers peppers = Peppers.parse(Peppers.generate(1, random));
    private final List<PresentedKey> known =
            Stream.generate(this::key).limit(BURST - OTHERS).toList();
    private final List<KeyDigest> digests = known.stream().map(peppers::newest).toList();
    private final IndexSchema schema = new IndexSchema("latchkey:");

    private final AnswerStyle style;
    private final DecisionListener listener;
    private final EventLoopGroup loops;
    private final RedisResources resources;

    /** @param listener to be warmed up as well; nobody may read what it has noted */
    public WarmUp(AnswerStyle style, DecisionListener listener, EventLoopGroup loops, RedisResources resources) {
        this.style = style;
        this.listener = listener;
        this.loops = loops;
        this.resources = resources;
    }

    /**
     * Blocks until it is done; no burst begins later than {@code bound} after the call.
     *
     * @return how many checks were sent
     */
    public int run(Duration bound) throws IOException {
        long end = System.nanoTime() + bound.toNanos();
        try (WarmUpRedis redis = new WarmUpRedis(records());
                RedisClient client = new AsyncRedisClient(resources.client())) {
            client.setOptions(LinkOptions.of(TlsFiles.NONE, SILENCE, SILENCE));
            RehearsalIndex index = new RehearsalIndex(reads(connect(client, redis.port())));
            try (AuthzServer server = new AuthzServer(
                    loops, new ListenAddress.Tcp(LOOPBACK, 0), /* sharePort= */ false, service(index))) {
                int sent = 0;
                for (int i = 0; i < CONNECTIONS && isTime(end); i++) {
                    try (WarmUpConnection envoy = new WarmUpConnection(server.port(), SILENCE)) {
                        sent += ask(envoy, index, end);
                    }
                }
                return sent;
            }
        }
    }

    private static RedisAsyncCommands<String, String> connect(RedisClient client, int port) {
        return client.connect(RedisURI.builder()
                        .withHost(LOOPBACK)
                        .withPort(port)
                        .withTimeout(SILENCE)
                        .build())
                .async();
    }

    private KeyIndex reads(RedisAsyncCommands<String, String> commands) {
        return new BoundedKeyIndex(new RedisKeyIndex(() -> commands, schema), new ReadBudget(BURST));
    }

    private AuthorizationService service(RehearsalIndex index) {
        return new AuthorizationService(
                format,
                new Decider(new Policies(POLICY, Map.of()), peppers, index.index(), clock()),
                style,
                listener,
                resources.timer(),
                SILENCE);
    }

    /** Redis' time is known, as it will be. */
    private static IndexClock clock() {
        IndexClock clock = IndexClock.ofSystem();
        clock.observe(System.currentTimeMillis());
        return clock;
    }

    /** Mostly of keys in memory, as real checks are. */
    private int ask(WarmUpConnection envoy, RehearsalIndex index, long end) throws IOException {
        List<byte[]> checks = checks();
        int sent = 0;
        int forgotten = 0;
        for (int round = 0; sent < CHECKS / CONNECTIONS && isTime(end); round++) {
            for (int i = 0; i < READS_A_ROUND; i++) {
                index.forget(digests.get(forgotten++ % digests.size()));
            }
            for (List<byte[]> burst : bursts(checks, round)) {
                if (isTime(end)) {
                    envoy.ask(burst);
                    sent += burst.size();
                }
            }
        }
        return sent;
    }

    private static boolean isTime(long end) {
        return System.nanoTime() < end && !Thread.currentThread().isInterrupted();
    }

    /** What is done once for a burst, however long it is, has to be compiled as well, and so has what only a long one needs. */
    private static List<List<byte[]>> bursts(List<byte[]> checks, int round) {
        if (round % PERIOD == 0) {
            return checks.stream().map(List::of).toList();
        }
        return round % PERIOD == 1
                ? List.of(Stream.concat(checks.stream(), checks.stream()).toList())
                : List.of(checks);
    }

    /** Mostly allowed, as real checks are, and each kind of other answer. */
    private List<byte[]> checks() {
        PresentedKey one = known.get(0);
        Stream<byte[]> others = Stream.of(
                WarmUpCheck.of("/v1/a", key()),
                WarmUpCheck.of("/v1/b", one),
                WarmUpCheck.of("/v1/a/1", one),
                WarmUpCheck.of("/public", one),
                WarmUpCheck.of("/v1/none", one),
                WarmUpCheck.of("/v1/a;", one));
        return Stream.concat(others, known.stream().map(key -> WarmUpCheck.of("/v1/a", key)))
                .toList();
    }

    private Map<String, Map<String, String>> records() {
        Map<String, Map<String, String>> hashes = new HashMap<>();
        hashes.put(schema.workspace("ws"), IndexSchema.encode(new WorkspaceRecord("ws", true, 1)));
        digests.forEach(digest -> hashes.put(schema.key(digest), IndexSchema.encode(record("key_" + hashes.size()))));
        return hashes;
    }

    private static KeyRecord record(String id) {
        return new KeyRecord(id, "ws", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
    }

    private PresentedKey key() {
        return format.mint(Environment.LIVE, random);
    }
}
