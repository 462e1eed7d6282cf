package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.CommonPools;
import dev.latchkey.ops.OpsPages;
import dev.latchkey.ops.OpsServer;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A control plane one of whose threads is really blocked: {@code /livez} says so, and only while it is. */
class ControlLivenessTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CountDownLatch end = new CountDownLatch(1);
    private RunningControlPlane control;

    @BeforeEach
    void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(() -> control.plane.ready());
    }

    @AfterEach
    void stop() {
        end.countDown();
        control.close();
    }

    @Test
    void livez_aLoopOfCallsIsBlocked_namesItUntilItRuns() throws Exception {
        assertThat(livez()).isEqualTo("200 ok\n");
        String blocked = block();

        patiently().until(() -> livez().startsWith("503"));
        assertThat(livez()).startsWith("503 not alive\n- " + blocked + " has not answered for ");

        end.countDown();
        patiently().until(() -> livez().equals("200 ok\n"));
    }

    /** What the watch is for: as before, nobody says a word of a loop whose connections have stopped for good. */
    @Test
    void livez_withoutTheWatch_saysOkWhileALoopIsBlocked() throws Exception {
        block();
        patiently().until(() -> livez().startsWith("503"));

        try (OpsServer unwatched = new OpsServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new OpsPages(() -> "", Optional::empty, List::of, List::of))) {
            assertThat(livez(unwatched.port())).isEqualTo("200 ok\n");
        }
    }

    private String block() throws InterruptedException {
        AtomicReference<String> name = new AtomicReference<>();
        CountDownLatch blocked = new CountDownLatch(1);
        CommonPools.workerGroup().next().execute(() -> {
            name.set(Thread.currentThread().getName());
            blocked.countDown();
            awaitEnd();
        });
        blocked.await();
        return name.get();
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String livez() throws IOException, InterruptedException {
        return livez(control.plane.opsPort());
    }

    private String livez(int port) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/livez"))
                        .build(),
                BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(200));
    }
}
