package dev.latchkey.e2e.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.Checks;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.Metrics;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.Vitals;
import dev.latchkey.e2e.World;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** A sidecar process with little memory and much patience, asked more at once than it takes, as by several Envoys. */
public final class FloodedSidecar implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int CONNECTIONS = 4;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final IndexSchema SCHEMA = new IndexSchema("latchkey:");

    private final RealRedis redis;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final int authzPort = RealRedis.freePort();
    private final int opsPort = RealRedis.freePort();
    private final CommandProcess process;

    /**
     * Puts one good key into the index, for {@link #check}, and starts.
     *
     * @param more settings
     */
    FloodedSidecar(RealRedis redis, Map<String, String> more) {
        this.redis = redis;
        storeGoodKey(redis);
        Map<String, String> variables = new HashMap<>(Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Xmx192m -XX:MaxDirectMemorySize=192m",
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_REDIS_URI",
                redis.uri(),
                "LATCHKEY_REDIS_TIMEOUT",
                "10s",
                "LATCHKEY_AUTHZ_TIMEOUT",
                "10s",
                "LATCHKEY_KEYS_ACCEPT_IMPORTED",
                "true",
                "LATCHKEY_AUTHZ_LISTEN",
                "127.0.0.1:" + authzPort,
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:" + opsPort,
                "LATCHKEY_DRAIN_DELAY",
                "0s",
                "LATCHKEY_POLICY",
                World.HOME + "/envoy/policy.yaml"));
        variables.putAll(more);
        process = CommandProcess.start(variables, "sidecar");
        for (int i = 0; i < CONNECTIONS; i++) {
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", authzPort)
                    .usePlaintext()
                    .build());
        }
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> ops("/readyz").status() == 200);
    }

    /** Asks {@code count} checks at once; returns what came back once all are answered. */
    Answers flood(Supplier<CheckRequest> checks, int count) throws InterruptedException {
        Answers answers = ask(checks, count);
        answers.await();
        return answers;
    }

    /** Asks {@code count} checks at once, and does not wait. */
    Answers ask(Supplier<CheckRequest> checks, int count) {
        Answers answers = new Answers(count);
        for (int i = 0; i < count; i++) {
            AuthorizationGrpc.newStub(channels.get(i % CONNECTIONS)).check(checks.get(), answers);
        }
        return answers;
    }

    int authzPort() {
        return authzPort;
    }

    int opsPort() {
        return opsPort;
    }

    long pid() {
        return process.pid();
    }

    RawHttp.Response ops(String path) {
        return RawHttp.get(opsPort, path);
    }

    double metric(String name) {
        return Metrics.at(opsPort, name);
    }

    /** Returns how many records were looked up with this result, as the near cache counts them. */
    double lookups(String result) {
        return metric("latchkey_cache_lookups_total{result=\"" + result + "\"}");
    }

    /**
     * Returns how many records Redis was ever asked for; not counting the canary, which each heartbeat reads with the
     * time.
     */
    long reads() {
        return calls("hgetall") - calls("time");
    }

    private long calls(String command) {
        return redis.commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":"))
                .mapToLong(line -> Long.parseLong(
                        line.replaceFirst(".*:calls=(\\d+),.*", "$1").strip()))
                .sum();
    }

    /** Puts the key of {@link #check} and its workspace into the index. */
    static void storeGoodKey(RealRedis redis) {
        store(redis, ((Credential.Presented) new KeyFormat("opt", true).parse(World.IMPORTED_LIVE)).key());
        redis.store(SCHEMA, new WorkspaceRecord("ws_1", true, 1));
    }

    /** Puts a good key of the same workspace into the index. */
    static void store(RealRedis redis, PresentedKey key) {
        redis.store(
                SCHEMA,
                Peppers.parse(World.PEPPER).newest(key),
                new KeyRecord(
                        "key_1",
                        "ws_1",
                        Environment.LIVE,
                        Set.of("cases:read"),
                        KeyRecord.State.ACTIVE,
                        KeyRecord.NEVER,
                        1));
    }

    /** Returns a check of the good key, with a header of so many bytes. */
    static CheckRequest check(int bytes) {
        return Checks.of(Checks.request(World.IMPORTED_LIVE).putHeaders("x-large", "a".repeat(bytes)));
    }

    /** Returns a check of a key that nobody has, another each time. */
    static CheckRequest checkOfNobody() {
        return Checks.withKey(
                new KeyFormat("opt", false).mint(Environment.LIVE, RANDOM).reveal());
    }

    /** Returns the bytes of heap in use after a collection. */
    long heap() {
        return Vitals.heap(process.pid(), opsPort);
    }

    int threads() {
        return Vitals.threads(process.pid());
    }

    String log() {
        return process.err();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        process.close();
    }

    /**
     * What came back, by HTTP status and reason; neither a call that failed nor an allow without a reason to has a
     * place.
     */
    static final class Answers implements StreamObserver<CheckResponse> {
        private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
        private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch open;

        private Answers(int expected) {
            this.open = new CountDownLatch(expected);
        }

        /** Waits until no more than {@code count} are without an answer. */
        void awaitAllBut(int count) {
            Awaitility.await().atMost(PATIENCE).until(() -> open.getCount() <= count);
        }

        void await() throws InterruptedException {
            assertThat(open.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("every check is answered")
                    .isTrue();
            assertThat(wrong).isEmpty();
        }

        Iterable<String> kinds() {
            return counts.keySet();
        }

        long count(String kind) {
            LongAdder count = counts.get(kind);
            return count == null ? 0 : count.sum();
        }

        @Override
        public void onNext(CheckResponse response) {
            String reason =
                    response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
            boolean allowed = response.getStatus().getCode() == 0;
            if (allowed != reason.equals("ok") || allowed != response.hasOkResponse()) {
                wrong.add(response.toString());
            }
            int status =
                    allowed ? 200 : response.getDeniedResponse().getStatus().getCodeValue();
            counts.computeIfAbsent(status + " " + reason, kind -> new LongAdder())
                    .increment();
            open.countDown();
        }

        @Override
        public void onError(Throwable t) {
            wrong.add(t.toString());
            open.countDown();
        }

        @Override
        public void onCompleted() {}
    }
}
