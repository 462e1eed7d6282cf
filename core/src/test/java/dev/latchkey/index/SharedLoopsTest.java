package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With NIO, which is what Lettuce uses where there is no native transport, such as here. */
class SharedLoopsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void connection_isOnTheLoops_whichOutliveIt() throws Exception {
        Thread loop = loops.submit(Thread::currentThread).get(30, TimeUnit.SECONDS);

        try (RedisResources resources = new RedisResources(loops);
                AsyncRedisClient client = new AsyncRedisClient(resources.client())) {
            Thread reader = client.connect(StringCodec.UTF8, RedisURI.create(REDIS.uri()))
                    .async()
                    .ping()
                    .thenApply(pong -> Thread.currentThread())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            assertThat(reader).isIn(loop, Thread.currentThread()); // ours, if the answer came before we asked for it
        }

        assertThat(loops.submit(Thread::currentThread).get(30, TimeUnit.SECONDS))
                .isSameAs(loop);
    }
}
