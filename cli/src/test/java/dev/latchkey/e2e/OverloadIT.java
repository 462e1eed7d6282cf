package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.IndexSchema;
import dev.latchkey.index.RealRedis;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.WorkspaceRecord;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More checks at once than a sidecar takes, on a real process with little memory, asked as several Envoys would. */
@Tag("one-envoy")
class OverloadIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CHECKS = 10_000;
    private static final int CONNECTIONS = 4;
    private static final int MEGABYTE = 1 << 20;
    private static final int MAX_MORE_HEAP = 24 * MEGABYTE;
    private static final int MAX_MORE_THREADS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<ManagedChannel> channels = new ArrayList<>();
    private int opsPort;
    private CommandProcess sidecar;

    @BeforeEach
    void start() {
        int authzPort = RealRedis.freePort();
        opsPort = RealRedis.freePort();
        seed();
        sidecar = CommandProcess.start(
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Xmx192m -XX:MaxDirectMemorySize=192m",
                        "LATCHKEY_PEPPERS",
                        World.PEPPER,
                        "LATCHKEY_REDIS_URI",
                        REDIS.uri(),
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
                        World.HOME + "/envoy/policy.yaml"),
                "sidecar");
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

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        sidecar.close();
    }

    @Test
    void checks_tenThousandWhileRedisIsSilent_areAll503AndTheSidecarIsAsBefore() throws Exception {
        silentFlood();
        assertHealthy();
        long heap = heap();
        int threads = threads();

        for (int i = 0; i < 2; i++) {
            Answers answers = silentFlood();
            assertThat(answers.reasons.keySet()).isSubsetOf("overloaded", "store_timeout", "store_unavailable");
            assertThat(answers.count("overloaded")).as("refused at once").isPositive();
            assertHealthy();
        }

        assertThat(heap()).as("bytes of heap").isLessThan(heap + MAX_MORE_HEAP);
        assertThat(threads()).as("threads").isLessThanOrEqualTo(threads + MAX_MORE_THREADS);
        assertThat(sidecar.err()).doesNotContain("Exception").doesNotContain("OutOfMemory");
    }

    @Test
    void checks_tenThousandOnAHealthyRedis_areAllowedOr503() throws Exception {
        Answers answers = new Answers(CHECKS);
        ask(answers, () -> check(0));

        assertThat(answers.await()).isEmpty();
        assertThat(answers.reasons.keySet()).isSubsetOf("ok", "overloaded");
        assertThat(answers.count("ok")).isPositive();
        assertHealthy();
    }

    @Test
    void checks_ofAMegabyte_areAllowedAndLeaveNothing() throws Exception {
        CheckRequest large = check(MEGABYTE);
        flood(() -> large, 40);
        assertHealthy();
        long heap = heap();

        for (int i = 0; i < 2; i++) {
            assertThat(flood(() -> large, 40).reasons.keySet()).containsExactly("ok");
        }

        assertThat(heap()).as("bytes of heap").isLessThan(heap + MAX_MORE_HEAP);
        assertHealthy();
    }

    /** Redis is silent until every check has its answer. No two have one key, so each has to be read. */
    private Answers silentFlood() throws InterruptedException {
        REDIS.pause();
        try {
            return flood(OverloadIT::checkOfNobody, CHECKS);
        } finally {
            REDIS.resume();
        }
    }

    private Answers flood(Supplier<CheckRequest> checks, int count) throws InterruptedException {
        Answers answers = new Answers(count);
        ask(answers, checks);
        assertThat(answers.await()).isEmpty();
        return answers;
    }

    private void ask(Answers answers, Supplier<CheckRequest> checks) {
        for (int i = 0; i < answers.expected; i++) {
            AuthorizationGrpc.newStub(channels.get(i % CONNECTIONS)).check(checks.get(), answers);
        }
    }

    private void assertHealthy() {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            Answers one = flood(() -> check(0), 1);
            return one.count("ok") == 1;
        });
        assertThat(ops("/readyz").status()).isEqualTo(200);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> ops("/metrics").body().contains("latchkey_index_reads_under_way 0.0"));
    }

    /** What came back, by reason; a call that failed, a decision that lets pass without reason, or a 503 of another form has no place. */
    private static final class Answers implements StreamObserver<CheckResponse> {
        private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();
        private final List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch open;
        private final int expected;

        Answers(int expected) {
            this.expected = expected;
            this.open = new CountDownLatch(expected);
        }

        /** Waits for all; returns what was no right answer. */
        List<String> await() throws InterruptedException {
            if (!open.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                wrong.add(open.getCount() + " without an answer");
            }
            return wrong;
        }

        long count(String reason) {
            LongAdder count = reasons.get(reason);
            return count == null ? 0 : count.sum();
        }

        @Override
        public void onNext(CheckResponse response) {
            String reason =
                    response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
            boolean right = reason.equals("ok")
                    ? response.getStatus().getCode() == 0 && response.hasOkResponse()
                    : response.getStatus().getCode() != 0
                            && response.getDeniedResponse().getStatus().getCodeValue() == 503;
            if (!right) {
                wrong.add(response.toString());
            }
            reasons.computeIfAbsent(reason, r -> new LongAdder()).increment();
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

    private static void seed() {
        IndexSchema schema = new IndexSchema("latchkey:");
        Credential.Presented key = (Credential.Presented) new KeyFormat("opt", true).parse(World.IMPORTED_LIVE);
        KeyRecord record = new KeyRecord(
                "key_1", "ws_1", Environment.LIVE, Set.of("cases:read"), KeyRecord.State.ACTIVE, KeyRecord.NEVER, 1);
        REDIS.commands().hset(schema.key(Peppers.parse(World.PEPPER).newest(key.key())), IndexSchema.encode(record));
        REDIS.commands().hset(schema.workspace("ws_1"), IndexSchema.encode(new WorkspaceRecord("ws_1", true, 1)));
    }

    private static CheckRequest check(int bytes) {
        return Checks.of(Checks.request(World.IMPORTED_LIVE).putHeaders("x-large", "a".repeat(bytes)));
    }

    private static CheckRequest checkOfNobody() {
        return Checks.of(Checks.request(
                new KeyFormat("opt", false).mint(Environment.LIVE, RANDOM).reveal()));
    }

    private RawHttp.Response ops(String path) {
        return RawHttp.get(opsPort, path);
    }

    private long heap() {
        return Vitals.heap(sidecar.pid(), opsPort);
    }

    private int threads() {
        return Vitals.threads(sidecar.pid());
    }
}
