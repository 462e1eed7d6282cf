package dev.latchkey.server;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.ListenAddress;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.AsyncRedisClient;
import dev.latchkey.index.BoundedKeyIndex;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.index.LinkOptions;
import dev.latchkey.index.ReadBudget;
import dev.latchkey.index.RedisKeyIndex;
import dev.latchkey.index.RedisResources;
import dev.latchkey.index.TlsFiles;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.server.authz.AuthorizationService;
import dev.latchkey.server.authz.DecisionListener;
import dev.latchkey.server.cache.RehearsalIndex;
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
final class WarmUp {
    private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();
    private static final int CHECKS = 20_000;
    private static final int BURST = 32;
    private static final int OTHERS = 5;
    private static final int READS_A_BURST = 4;
    /** Of anything that is waited for: the parts talk to each other, and to nobody else. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private static final Policy POLICY = Policy.parse("""
            scopes: {a: A, b: B}
            routes:
              - {match: GET /a, scope: a}
              - {match: GET /b, scope: b}
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
    WarmUp(AnswerStyle style, DecisionListener listener, EventLoopGroup loops, RedisResources resources) {
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
    int run(Duration bound) throws IOException {
        long end = System.nanoTime() + bound.toNanos();
        try (WarmUpRedis redis = new WarmUpRedis(records());
                RedisClient client = new AsyncRedisClient(resources.client())) {
            client.setOptions(LinkOptions.of(TlsFiles.NONE, SILENCE, SILENCE));
            RehearsalIndex index = new RehearsalIndex(reads(connect(client, redis.port())));
            try (AuthzServer server = new AuthzServer(
                            loops, new ListenAddress.Tcp(LOOPBACK, 0), /* sharePort= */ false, service(index));
                    WarmUpConnection envoy = new WarmUpConnection(server.port(), SILENCE)) {
                return ask(envoy, index, end);
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
                new Decider(new Policies(POLICY, Map.of()), peppers, index.index(), System::currentTimeMillis),
                style,
                listener,
                resources.timer(),
                SILENCE);
    }

    /** Mostly of keys in memory, as real checks are. */
    private int ask(WarmUpConnection envoy, RehearsalIndex index, long end) throws IOException {
        List<byte[]> checks = burst();
        int sent = 0;
        int forgotten = 0;
        while (sent < CHECKS
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            for (int i = 0; i < READS_A_BURST; i++) {
                index.forget(digests.get(forgotten++ % digests.size()));
            }
            envoy.ask(checks);
            sent += checks.size();
        }
        return sent;
    }

    /** Mostly allowed, as real checks are, and each kind of other answer. */
    private List<byte[]> burst() {
        PresentedKey one = known.get(0);
        Stream<byte[]> others = Stream.of(
                WarmUpCheck.of("/a", key()),
                WarmUpCheck.of("/b", one),
                WarmUpCheck.of("/public", one),
                WarmUpCheck.of("/none", one),
                WarmUpCheck.of("/a;", one));
        return Stream.concat(others, known.stream().map(key -> WarmUpCheck.of("/a", key)))
                .toList();
    }

    private Map<String, Map<String, String>> records() {
        Map<String, Map<String, String>> hashes = new HashMap<>();
        hashes.put(schema.workspace("ws"), IndexSchema.encode(new WorkspaceRecord("ws", true, 1)));
        KeyRecord record =
                new KeyRecord("key", "ws", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        Map<String, String> fields = IndexSchema.encode(record);
        digests.forEach(digest -> hashes.put(schema.key(digest), fields));
        return hashes;
    }

    private PresentedKey key() {
        return format.mint(Environment.LIVE, random);
    }
}
