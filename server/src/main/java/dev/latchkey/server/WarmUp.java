package dev.latchkey.server;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.config.ListenAddress;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Policies;
import dev.latchkey.index.KeyIndex;
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
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.netty.util.Timer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Walks the way of a request before the first real one does, until the JVM has compiled it: the first check in a fresh JVM takes
 * longer than Envoy waits, and the first seconds are ten times as slow as the rest. Everything is made up, key, pepper, policy
 * and index, and served on a port of its own: nothing of it reaches Redis, a log or a metric, and no made-up key is known to the
 * real listener.
 */
final class WarmUp {
    private static final int CHECKS = 20_000;
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(3);

    private final PresentedKey known = key();
    private final PresentedKey unknown = key();
    private final Peppers peppers = Peppers.parse(Peppers.generate(1, new SecureRandom()));

    /**
     * Blocks until it is done, for as long as {@code bound} at most.
     *
     * @param listener to be warmed up as well; nobody may read what it has noted
     * @return how many checks were sent
     */
    int run(AnswerStyle style, DecisionListener listener, Timer timer, Duration bound)
            throws IOException, InterruptedException {
        Policy policy = Policy.parse("""
                scopes: {a: A, b: B}
                routes:
                  - {match: GET /a, scope: a}
                  - {match: GET /b, scope: b}
                  - {match: GET /public, public: true}
                """, "warm-up");
        AuthorizationService service = new AuthorizationService(
                new KeyFormat("warm", false),
                new Decider(
                        new Policies(policy, Map.of()),
                        peppers,
                        RehearsalIndex.over(index()),
                        System::currentTimeMillis),
                style,
                listener,
                timer,
                CHECK_LIMIT);
        try (AuthzServer server =
                new AuthzServer(new ListenAddress.Tcp("127.0.0.1", 0), /* sharePort= */ false, service)) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                    .directExecutor()
                    .usePlaintext()
                    .build();
            try {
                return new WarmUpLoad(channel, checks(), CHECKS).run(bound);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** Mostly allowed, as real ones are, and each kind of denial. */
    private List<byte[]> checks() {
        byte[] allowed = WarmUpLoad.check("/a", known);
        return List.of(
                allowed,
                allowed,
                allowed,
                allowed,
                WarmUpLoad.check("/a", unknown),
                WarmUpLoad.check("/b", known),
                WarmUpLoad.check("/public", known),
                WarmUpLoad.check("/none", known),
                WarmUpLoad.check("/a;", known));
    }

    private KeyIndex index() {
        KeyDigest digest = peppers.newest(known);
        KeyRecord record =
                new KeyRecord("key", "ws", Environment.LIVE, Set.of("a"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        return new KeyIndex() {
            @Override
            public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest asked) {
                return CompletableFuture.completedFuture(asked.equals(digest) ? Optional.of(record) : Optional.empty());
            }

            @Override
            public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
                return CompletableFuture.completedFuture(Optional.of(new WorkspaceRecord(id, true, 1)));
            }
        };
    }

    private static PresentedKey key() {
        return new KeyFormat("warm", false).mint(Environment.LIVE, new SecureRandom());
    }
}
