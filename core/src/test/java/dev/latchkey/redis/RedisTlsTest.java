package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Digests;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A link over TLS to a real Redis: what is trusted, what is refused and how that is told. */
class RedisTlsTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.create();
    private static final TestCertificates OTHERS = TestCertificates.create();
    private static final int TLS = RealRedis.freePort();
    private static final int TLS_OTHER_HOST = RealRedis.freePort();
    private static final int TLS_EXPIRED = RealRedis.freePort();
    private static final int TLS_CLIENTS = RealRedis.freePort();

    @RegisterExtension
    static final RealRedis REDIS = redis(TLS, CERTIFICATES.server(), "no");

    @RegisterExtension
    static final RealRedis OTHER_HOST =
            redis(TLS_OTHER_HOST, CERTIFICATES.issue("other", "-ext san=dns:redis.example"), "no");

    @RegisterExtension
    static final RealRedis EXPIRED = redis(
            TLS_EXPIRED, CERTIFICATES.issue("old", "-ext san=ip:127.0.0.1 -startdate 2020/01/01 -validity 30"), "no");

    @RegisterExtension
    static final RealRedis CLIENTS = redis(TLS_CLIENTS, CERTIFICATES.server(), "yes");

    private final RedisResources resources = new RedisResources();
    private @Nullable RedisLink link;

    @AfterEach
    void close() {
        if (link != null) {
            link.close();
        }
        resources.close();
    }

    @Test
    void caIsGiven_indexIsReadAndALostConnectionComesBack() {
        dial("rediss://localhost:" + TLS, ca());
        Awaitility.await().until(() -> problem().isEmpty());
        assertThat(read()).isEmpty();

        REDIS.commands()
                .clientKill(io.lettuce.core.KillArgs.Builder.typeNormal().skipme());

        Awaitility.await().ignoreExceptions().until(() -> read().isEmpty());
    }

    @Test
    void caIsNotGiven_isRefused() {
        dial("rediss://127.0.0.1:" + TLS, TlsFiles.NONE);

        assertRefused(
                "shows a certificate that no trusted CA has signed; expected: a file with its CA in redis.tls-ca-file");
    }

    @Test
    void anotherCaIsGiven_isRefused() {
        dial("rediss://127.0.0.1:" + TLS, new TlsFiles(OTHERS.ca(), null, null));

        assertRefused("no trusted CA has signed");
    }

    @Test
    void certificateOfAnotherHost_isRefusedByAddressAndByName() {
        dial("rediss://127.0.0.1:" + TLS_OTHER_HOST, ca());
        assertRefused("shows a certificate for another host (No ");
        close(link);

        dial("rediss://localhost:" + TLS_OTHER_HOST, ca());
        assertRefused("shows a certificate for another host (No ");
    }

    @Test
    void certificateHasExpired_isRefused() {
        dial("rediss://127.0.0.1:" + TLS_EXPIRED, ca());

        assertRefused("has expired");
    }

    @Test
    void redisWantsAClientCertificate_isRefusedWithoutAndWorksWith() {
        dial("rediss://127.0.0.1:" + TLS_CLIENTS, ca());
        assertRefused("redis.tls-cert-file");
        close(link);

        TestCertificates.Pair own = CERTIFICATES.issue("client", "-ext eku=clientAuth");
        dial("rediss://127.0.0.1:" + TLS_CLIENTS, new TlsFiles(CERTIFICATES.ca(), own.certificate(), own.key()));

        Awaitility.await().until(() -> problem().isEmpty());
        assertThat(read()).isEmpty();
    }

    @Test
    void plainRedisBehindRediss_isRefused() {
        dial("rediss://127.0.0.1:" + REDIS.port(), ca());

        assertRefused("TLS", "rediss://");
    }

    @Test
    void tlsRedisBehindRedis_isRefused() {
        dial("redis://127.0.0.1:" + TLS, TlsFiles.NONE);

        assertRefused("if it expects TLS, redis.uri must be rediss://");
    }

    @Test
    void listenerThatSaysNothing_hearsNothingButTlsAndNoPassword() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            dial("rediss://someone:marker-secret@127.0.0.1:" + listener.getLocalPort(), ca());

            for (int attempt = 0; attempt < 2; attempt++) {
                try (Socket socket = listener.accept()) {
                    InputStream in = socket.getInputStream();
                    byte[] heard = in.readNBytes(100);
                    assertThat(heard[0]).as("a TLS handshake record").isEqualTo((byte) 22);
                    assertThat(heard).asString().doesNotContain("HELLO");
                }
            }
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(problem().orElseThrow()).contains("TLS").doesNotContain("marker-secret"));
        }
    }

    private static RealRedis redis(int tlsPort, TestCertificates.Pair certificate, String authClients) {
        return new RealRedis(
                "--tls-port",
                Integer.toString(tlsPort),
                "--tls-cert-file",
                certificate.certificate().toString(),
                "--tls-key-file",
                certificate.key().toString(),
                "--tls-ca-cert-file",
                CERTIFICATES.ca().toString(),
                "--tls-auth-clients",
                authClients);
    }

    private static TlsFiles ca() {
        return new TlsFiles(CERTIFICATES.ca(), null, null);
    }

    private void dial(String uri, TlsFiles files) {
        link = new RedisLink(RedisURI.create(uri), files, Duration.ofSeconds(5), resources.client());
        link.start();
    }

    private static void close(@Nullable RedisLink link) {
        if (link != null) {
            link.close();
        }
    }

    private void assertRefused(String... words) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(problem().orElseThrow()).contains(words));
    }

    private Optional<String> problem() {
        RedisLink current = link;
        return current == null ? Optional.of("none") : current.problem();
    }

    private Optional<?> read() {
        RedisLink current = link;
        return new RedisKeyIndex(java.util.Objects.requireNonNull(current), new IndexSchema("latchkey:"))
                .findKey(Digests.named("x"))
                .join();
    }
}
