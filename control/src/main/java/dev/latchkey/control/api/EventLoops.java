package dev.latchkey.control.api;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.util.EventLoopGroups;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A single-threaded event loop group that shuts down at once, without Netty's quiet period of two seconds: by then the
 * server has already drained its connections.
 */
final class EventLoops extends MultiThreadIoEventLoopGroup {
    private static final long TIMEOUT_SECONDS = 2;

    private EventLoops(String name, IoHandlerFactory handler) {
        super(1, new DefaultThreadFactory(name, /* daemon= */ true), handler);
    }

    /** Returns a group of one thread that accepts connections, for the transport that Armeria has chosen. */
    static EventLoopGroup acceptor(String name) {
        return switch (Flags.transportType()) {
            case EPOLL -> new EventLoops(name, EpollIoHandler.newFactory());
            case NIO -> new EventLoops(name, NioIoHandler.newFactory());
            default -> EventLoopGroups.newEventLoopGroup(1, name, /* useDaemonThreads= */ true);
        };
    }

    @Override
    public Future<?> shutdownGracefully() {
        return shutdownGracefully(0, TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
