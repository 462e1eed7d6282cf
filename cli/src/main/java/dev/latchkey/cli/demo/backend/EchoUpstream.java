package dev.latchkey.cli.demo.backend;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A backend that answers every request with a description of that request: {@code
 * {"upstream","method","path","headers"}}. It accepts any characters in the path, and request heads as large as any
 * that Envoy forwards.
 */
public final class EchoUpstream implements AutoCloseable {
    private static final int MAX_LINE = 1 << 20;
    private static final int MAX_HEAD = 1 << 24;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            /* nThreads= */ 1,
            new DefaultThreadFactory("echo-upstream", /* daemon= */ true),
            NioIoHandler.newFactory());
    private final AtomicLong requests = new AtomicLong();
    private final Channel server;

    /**
     * @param name the name of the backend in its responses
     * @param port the loopback port; 0 for any free port
     */
    public EchoUpstream(String name, int port) throws IOException {
        this(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    EchoUpstream(String name, InetSocketAddress address) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        HttpDecoderConfig limits = new HttpDecoderConfig()
                                .setMaxInitialLineLength(MAX_LINE)
                                .setMaxHeaderSize(MAX_HEAD)
                                .setValidateHeaders(false);
                        client.pipeline().addLast(new HttpServerCodec(limits), new EchoHandler(name, requests));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (bound.cause() != null) {
            stopLoop();
            throw bound.cause() instanceof IOException failure ? failure : new IOException(bound.cause());
        }
        server = bound.channel();
    }

    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Returns how many requests have arrived. */
    public long requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        stopLoop();
    }

    private void stopLoop() {
        loop.shutdownGracefully(/* quietPeriod= */ 0, /* timeout= */ 1, TimeUnit.SECONDS)
                .awaitUninterruptibly();
    }
}
