package dev.latchkey.server.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.decision.Reason;
import dev.latchkey.redis.RedisResources;
import dev.latchkey.server.port.Transport;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static final AnswerStyle STYLE = new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey");

    private final EventLoopGroup loops = Transport.loops(1, "test");
    private final RedisResources resources = new RedisResources();
    private final Set<Reason> seen = ConcurrentHashMap.newKeySet();

    @AfterEach
    void stop() {
        resources.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void run_withTime_walksTheWayOfEachKindOfAnswer() throws Exception {
        int sent = new WarmUp(STYLE, (decision, nanos) -> seen.add(decision.reason()), loops, resources)
                .run(Duration.ofMinutes(2));

        assertThat(sent).isEqualTo(4 * 3520);
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        Reason.OK,
                        Reason.UNKNOWN_KEY,
                        Reason.SCOPE_MISSING,
                        Reason.PUBLIC,
                        Reason.NO_RULE,
                        Reason.PATH_NOT_CANONICAL);
    }

    @Test
    void run_withoutTime_endsAtOnce() throws Exception {
        int sent = new WarmUp(STYLE, (decision, nanos) -> {}, loops, resources).run(Duration.ZERO);

        assertThat(sent).isZero();
    }
}
