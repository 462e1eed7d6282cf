package dev.latchkey.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a link says of attempts that fail, each in a way that a test chooses. */
class RedisLinkTest {

    @Test
    void loginRefusedThenClosedWithoutAWord_isStillTheRefusal() throws IOException {
        try (Grudge redis = new Grudge(3, 0);
                Links links = new Links(redis.port())) {
            List<String> problems = links.problemsUntil(() -> redis.served() > 5);

            assertThat(problems).isNotEmpty().allMatch(problem -> problem.contains("WRONGPASS"));
        }
    }

    @Test
    void closedWithoutAWordThenLoginRefused_isTheRefusalFromTheStart() throws IOException {
        try (Grudge redis = new Grudge(2, 1);
                Links links = new Links(redis.port())) {
            assertThat(links.untilRefused).isNotEmpty().noneMatch(problem -> problem.contains("closes the connection"));
        }
    }

    @Test
    void loginRefusedOnceThenClosedEachTime_isToldAtLast() throws IOException {
        try (Grudge redis = new Grudge(Integer.MAX_VALUE, 0);
                Links links = new Links(redis.port())) {
            Awaitility.await().until(() -> links.problem().contains("closes the connection"));
        }
    }

    /** A Redis that refuses a login, closes some connections without a word, refuses one again, and so on. */
    private static final class Grudge extends LoopbackServer {
        private final int closings;
        private final int first;
        private final AtomicInteger served = new AtomicInteger();

        /**
         * @param closings between two refusals
         * @param first how many of them it begins without
         */
        Grudge(int closings, int first) throws IOException {
            this.closings = closings;
            this.first = first;
            start();
        }

        int served() {
            return served.get();
        }

        @Override
        protected void serve(Socket client) throws IOException {
            boolean speaks = (served.getAndIncrement() + first) % ((long) closings + 1) == 0;
            if (speaks && client.getInputStream().read() >= 0) {
                client.getOutputStream()
                        .write("-WRONGPASS invalid username-password pair or user is disabled.\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                while (client.getInputStream().read() >= 0) {
                    // The client hangs up.
                }
            }
        }
    }

    private static final class Links implements AutoCloseable {
        private final RedisResources resources = new RedisResources();
        private final RedisLink link;
        private final List<String> untilRefused;

        Links(int port) {
            link = new RedisLink(
                    RedisURI.create("redis://user:secret@127.0.0.1:" + port),
                    Duration.ofSeconds(5),
                    resources.client());
            link.start();
            untilRefused = problemsUntil(() -> problem().contains("WRONGPASS"));
        }

        String problem() {
            return link.problem().orElse("");
        }

        List<String> problemsUntil(Callable<Boolean> end) {
            List<String> problems = new CopyOnWriteArrayList<>();
            Awaitility.await().until(() -> {
                problems.add(problem());
                return end.call();
            });
            return problems;
        }

        @Override
        public void close() {
            link.close();
            resources.close();
        }
    }
}
