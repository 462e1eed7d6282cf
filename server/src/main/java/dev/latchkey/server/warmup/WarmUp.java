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
 * A warm-up that sends made-up checks, so that the JVM compiles the request path before the first real check. Without
 * it, the first check in a fresh JVM takes longer than Envoy waits, and checks of the first seconds are ten times
 * slower than later ones. Keys, pepper, policy and the Redis stand-in are made up, and are served on separate ports. No
 * made-up data reaches the real Redis, a log or a metric, and the real listener knows no made-up key.
 */
public final class WarmUp {
    private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();
    private static final int CHECKS = 14_000;
    /** Opened one after the other: the start of a connection runs code of its own. */
    private static final int CONNECTIONS = 4;

    private static final int BURST = 32;
    private static final int OTHERS = 6;
    /** The number of rounds in a cycle, of which one round sends single checks and one sends a double burst. */
    private static final int PERIOD = 16;

    private static final int READS_A_ROUND = 4;
    /** The timeout of every wait. The parts of the warm-up talk only to each other. */
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

    /** @param listener a listener to warm up as well; its observations are of made-up checks and must not be used */
    public WarmUp(AnswerStyle style, DecisionListener listener, EventLoopGroup loops, RedisResources resources) {
        this.style = style;
        this.listener = listener;
        this.loops = loops;
        this.resources = resources;
    }

    /**
     * Runs the warm-up, and blocks until it ends. No burst begins later than {@code bound} after the call.
     *
     * @return the number of checks sent
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

    /** Returns a clock that has observed a time of Redis, as the clock of real checks will have. */
    private static IndexClock clock() {
        IndexClock clock = IndexClock.ofSystem();
        clock.observe(System.currentTimeMillis());
        return clock;
    }

    /** Sends the checks of one connection. Most of them are of keys in memory, as in service. */
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

    /** Returns whether there is time left for another burst. */
    private static boolean isTime(long end) {
        return System.nanoTime() < end && !Thread.currentThread().isInterrupted();
    }

    /**
     * Returns the bursts of a round. Their lengths differ, because the work done once per burst, and the code that only
     * long bursts reach, must be compiled as well.
     */
    private static List<List<byte[]>> bursts(List<byte[]> checks, int round) {
        if (round % PERIOD == 0) {
            return checks.stream().map(List::of).toList();
        }
        return round % PERIOD == 1
                ? List.of(Stream.concat(checks.stream(), checks.stream()).toList())
                : List.of(checks);
    }

    /** Returns the checks of a burst: most are allowed, as in service, and the rest get the other kinds of answers. */
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
