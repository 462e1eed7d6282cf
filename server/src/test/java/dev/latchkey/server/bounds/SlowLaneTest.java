package dev.latchkey.server.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection's guard before a handler that takes a given time for each part. */
class SlowLaneTest {
    private static final int PART = 1024;
    private static final long LONG = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PAUSE = LONG / 4;

    private final ConnectionLimit limit = new ConnectionLimit(1, 1 << 20, Duration.ofSeconds(1));
    private long now;
    private long costOfPart = LONG;
    private int passed;
    private final EmbeddedChannel channel = new EmbeddedChannel();

    SlowLaneTest() {
        channel.freezeTime();
        channel.pipeline()
                .addLast(new ConnectionGuard(limit, 1 << 20, 0, new ReadCost(() -> now, () -> now)))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf buffer = (ByteBuf) message;
                        passed += buffer.readableBytes();
                        now += costOfPart;
                        buffer.release();
                    }

                    @Override
                    public void channelReadComplete(ChannelHandlerContext ctx) {
                        // As Netty's decoder does without a whole frame.
                        ctx.read();
                    }
                });
    }

    /** The lane belongs to the thread. */
    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        FastThreadLocal.removeAll();
    }

    @Test
    void bytesThatCostTooMuch_areReadAPartAtATimeWithPauses() {
        channel.writeInbound(Unpooled.buffer().writeZero(4 * PART));

        assertThat(passed).as("one part").isEqualTo(PART);
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.advanceTimeBy(PAUSE - 1, TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        assertThat(passed).as("before the pause is over").isEqualTo(PART);

        channel.advanceTimeBy(1, TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        assertThat(passed).isEqualTo(2 * PART);

        channel.advanceTimeBy(LONG + PAUSE, TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        assertThat(passed).isEqualTo(3 * PART);
    }

    @Test
    void bytesThatCostTooMuch_thenLittle_areReadAtOnceAgain() {
        channel.writeInbound(Unpooled.buffer().writeZero(4 * PART));
        costOfPart = 1000;

        channel.advanceTimeBy(PAUSE, TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();

        assertThat(passed).isEqualTo(4 * PART);
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.writeInbound(Unpooled.buffer().writeZero(PART));
        assertThat(passed).isEqualTo(5 * PART);
    }

    @Test
    void connectionEndsInTheLane_isForgottenWithItsBytes() {
        ByteBuf bytes = Unpooled.buffer().writeZero(4 * PART);
        channel.writeInbound(bytes);

        var unused = channel.close();
        channel.advanceTimeBy(2 * (LONG + PAUSE), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();

        assertThat(passed).isEqualTo(PART);
        assertThat(bytes.refCnt()).isZero();
    }
}
