package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.TwoProcesses;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.TestCertificates;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis killed and started again, with its data and without, as a sidecar and a control plane meet it. */
@Tag("one-envoy")
class RedisRestartIT {
    @TempDir
    private Path folder;

    private RealRedis redis;
    private TwoProcesses latchkey;
    private String key;
    private String revoked;

    @AfterEach
    void stop() throws InterruptedException {
        if (latchkey != null) {
            latchkey.close();
        }
        redis.kill();
    }

    @Test
    void restart_withAppendOnlyFile_keysAndRevocationsAreStillThere() throws Exception {
        start(new RealRedis("--dir", folder.toString(), "--appendonly", "yes"));

        redis.kill();
        awaitUnavailable("connection refused");
        redis.start();

        patiently().untilAsserted(() -> assertThat(latchkey.check(key)).isEqualTo("200 ok"));
        assertThat(latchkey.check(revoked)).isEqualTo("401 revoked_key");
        latchkey.awaitReady();
        assertOneOutage(latchkey.sidecarLog());
        assertOneOutage(latchkey.controlLog());
        assertThat(latchkey.controlLog()).doesNotContain("lost its contents");
        assertThat(latchkey.check(latchkey.createKey())).isEqualTo("200 ok");
    }

    @Test
    void restart_withoutData_everyKeyIsDeniedAndTheLossIsTold() throws Exception {
        start(new RealRedis());

        redis.kill();
        awaitUnavailable("connection refused");
        redis.start();

        patiently().untilAsserted(() -> assertThat(latchkey.check(key)).isEqualTo("401 unknown_key"));
        assertThat(latchkey.check(revoked)).isEqualTo("401 unknown_key");
        latchkey.awaitReadyWithNotes();
        patiently()
                .untilAsserted(() -> assertThat(latchkey.controlLog())
                        .containsOnlyOnce("Redis has lost its contents")
                        .contains("appendonly yes"));
        assertThat(TwoProcesses.refusal(latchkey::createKey))
                .startsWith("NOT_FOUND")
                .contains("ws_1");
        latchkey.createWorkspace();
        assertThat(latchkey.check(latchkey.createKey())).isEqualTo("200 ok");
    }

    @Test
    void redisLoadsItsData_everyCheckIs503WithTheReason_untilItIsDone() throws Exception {
        start(new RealRedis("--dir", folder.toString(), "--rdbcompression", "no"));
        IntStream.range(0, 3000).forEach(i -> redis.commands().set("other:" + i, "x".repeat(1100)));
        redis.commands().save();
        redis.kill();

        // A minute for all, so it is not done before it has been seen; clients are heard after each.
        redis.launch("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024");
        awaitUnavailable("is loading its data");
        assertThat(latchkey.check(key)).isEqualTo("503 store_unavailable");
        assertThat(TwoProcesses.refusal(latchkey::createKey))
                .startsWith("UNAVAILABLE")
                .contains("is loading its data");
        finishLoading();

        patiently().untilAsserted(() -> assertThat(latchkey.check(key)).isEqualTo("200 ok"));
        assertThat(latchkey.check(revoked)).isEqualTo("401 revoked_key");
        latchkey.awaitReady();
        assertThat(latchkey.sidecarLog())
                .containsOnlyOnce("TroubleLog Redis at 127.0.0.1:" + redis.port() + "/0 is loading");
        assertThat(latchkey.controlLog())
                .containsOnlyOnce("TroubleLog Redis at 127.0.0.1:" + redis.port() + "/0 is loading");
    }

    /** Not in the class for logins: Valkey as it is packed for tests knows no TLS. */
    @Test
    void tls_withAPrivateCa_bothWorkAndAreCutOffWithoutIt() throws Exception {
        int port = RealRedis.freePort();
        TestCertificates certificates = TestCertificates.create();
        redis = new RealRedis(
                "--tls-port",
                Integer.toString(port),
                "--tls-cert-file",
                certificates.server().certificate().toString(),
                "--tls-key-file",
                certificates.server().key().toString(),
                "--tls-ca-cert-file",
                certificates.ca().toString(),
                "--tls-auth-clients",
                "no");
        redis.start();
        String uri = "rediss://localhost:" + port;
        latchkey = new TwoProcesses(
                uri, uri, Map.of("LATCHKEY_REDIS_TLS_CA_FILE", certificates.ca().toString()));
        latchkey.awaitReady();
        latchkey.createWorkspace();
        assertThat(latchkey.check(latchkey.createKey())).isEqualTo("200 ok");
        latchkey.close();

        latchkey = new TwoProcesses(uri, uri, Map.of());

        patiently().untilAsserted(() -> {
            assertThat(latchkey.sidecarReadyz()).startsWith("503").contains("redis.tls-ca-file");
            assertThat(latchkey.controlReadyz()).startsWith("503").contains("redis.tls-ca-file");
        });
        assertThat(latchkey.check("opt_live_0000000000000000000000000000000046uziL"))
                .isEqualTo("503 store_unavailable");
        assertThat(TwoProcesses.refusal(latchkey::createWorkspace))
                .startsWith("UNAVAILABLE")
                .contains("redis.tls-ca-file");
    }

    private void start(RealRedis server) throws IOException {
        redis = server;
        redis.start();
        latchkey = new TwoProcesses(redis.uri(), redis.uri(), Map.of());
        latchkey.awaitReady();
        assertThat(TwoProcesses.warnings(latchkey.sidecarLog()))
                .as("warnings of a healthy start")
                .isEmpty();
        assertThat(TwoProcesses.warnings(latchkey.controlLog()))
                .as("warnings of a healthy start")
                .isEmpty();
        latchkey.createWorkspace();
        key = latchkey.createKey();
        revoked = latchkey.createAndRevokeKey();
        assertThat(latchkey.check(key)).isEqualTo("200 ok");
        assertThat(latchkey.check(revoked)).isEqualTo("401 revoked_key");
    }

    private void awaitUnavailable(String cause) {
        patiently().untilAsserted(() -> {
            assertThat(latchkey.sidecarReadyz()).contains(cause);
            assertThat(latchkey.controlReadyz()).startsWith("503").contains(cause);
            assertThat(latchkey.check(key)).startsWith("503 ");
        });
    }

    /** One line when it was lost, one when it was back: no second one for the same cause, no words of a library. */
    private void assertOneOutage(String log) {
        String where = "127.0.0.1:" + redis.port();
        assertThat(TwoProcesses.warnings(log)).hasSize(1).first().asString().contains(where, "connection refused");
        assertThat(log.lines().filter(line -> line.contains("connected to Redis at " + where)))
                .as("at the start and after the outage")
                .hasSize(2);
    }

    private void finishLoading() {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", redis.port()));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().configSet("key-load-delay", "0");
        } finally {
            client.shutdown();
        }
        redis.awaitAnswer();
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }
}
