package dev.latchkey.server.bounds;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A channel handler in front of the acceptor of a server, which limits the number of connections. A connection beyond
 * the limit displaces the one that has been silent for the longest time without an open stream, so that silent peers
 * cannot lock out an Envoy. If every connection has an open stream, the new connection is closed.
 *
 * <p>This class is thread-safe; the lock is taken when a connection opens or closes, never for a check.
 */
@Sharable
public final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private final int max;
    private final long bytesPerLoop;
    private final long patience;
    private final Set<ConnectionGuard> connections = new HashSet<>();

    /**
     * @param max the largest number of connections
     * @param bytesPerLoop the memory that open streams and unfinished header blocks of one event loop may hold
     * @param patience how long a call may be unfinished once that memory is exceeded
     */
    public ConnectionLimit(int max, long bytesPerLoop, Duration patience) {
        this.max = max;
        this.bytesPerLoop = bytesPerLoop;
        this.patience = patience.toNanos();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel connection = (Channel) message;
        ConnectionGuard guard = new ConnectionGuard(this, bytesPerLoop, patience, new ReadCost());
        if (!admit(guard)) {
            connection.unsafe().closeForcibly();
            return;
        }
        connection.pipeline().addLast("bounds", guard);
        ctx.fireChannelRead(message);
    }

    void closed(ConnectionGuard guard) {
        synchronized (connections) {
            connections.remove(guard);
        }
    }

    int connections() {
        synchronized (connections) {
            return connections.size();
        }
    }

    private boolean admit(ConnectionGuard guard) {
        synchronized (connections) {
            if (connections.size() >= max) {
                ConnectionGuard idle = longestIdle();
                if (idle == null) {
                    return false;
                }
                connections.remove(idle);
                idle.close();
            }
            return connections.add(guard);
        }
    }

    private @Nullable ConnectionGuard longestIdle() {
        ConnectionGuard longest = null;
        for (ConnectionGuard guard : connections) {
            if (guard.idle() && (longest == null || guard.lastRead() - longest.lastRead() < 0)) {
                longest = guard;
            }
        }
        return longest;
    }
}
