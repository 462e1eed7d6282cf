package dev.latchkey.ops;

import dev.latchkey.net.ClientConnections;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP server of the operators' port, which serves {@link OpsPages} on a thread of its own. It responds regardless
 * of the load on the other ports of the process and of the behaviour of other clients of this port: a connection serves
 * one request and is closed after ten seconds, even if the request is incomplete or the response is unread; a
 * connection beyond a limit displaces the oldest one.
 */
public final class OpsServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 256;
    private static final int MAX_CONNECTIONS_PER_ADDRESS = 64;
    private static final int BACKLOG = 256;
    private static final int MAX_REQUEST_LINE_BYTES = 4096;
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int MAX_CHUNK_BYTES = 8192;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("latchkey-ops", /* daemon= */ true), NioIoHandler.newFactory());
    private final Channel listener;

    /**
     * Binds the address and starts to serve.
     *
     * @throws IOException if the address cannot be bound
     */
    public OpsServer(InetSocketAddress address, OpsPages pages) throws IOException {
        ClientConnections connections = new ClientConnections(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(connections.newHandler())
                                .addLast(new HttpServerCodec(MAX_REQUEST_LINE_BYTES, MAX_HEAD_BYTES, MAX_CHUNK_BYTES))
                                .addLast(new OpsExchange(channel, pages));
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            Throwable cause = bound.cause();
            throw cause instanceof IOException failure ? failure : new IOException(cause.getMessage(), cause);
        }
        listener = bound.channel();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
}
