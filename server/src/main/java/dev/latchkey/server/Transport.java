package dev.latchkey.server;

import dev.latchkey.config.ListenAddress;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Netty needs to listen on an address: native epoll where there is one, else NIO.
 *
 * @param address to bind
 * @param channel for {@link #loops}
 * @param shared whether to set SO_REUSEPORT
 */
record Transport(SocketAddress address, Class<? extends ServerChannel> channel, boolean shared) {

    /**
     * Returns the transport for {@code listen}. The file that a sidecar which was killed has left behind as its Unix socket is
     * removed; one that a running process answers on is not.
     *
     * @throws IOException if a Unix socket or a shared port cannot be had here
     */
    static Transport of(ListenAddress listen, boolean sharePort) throws IOException {
        if (listen instanceof ListenAddress.Unix unix) {
            if (!Epoll.isAvailable()) {
                throw new IOException("Unix sockets need Linux with epoll (expected: host:port)");
            }
            boolean named = unix.path().startsWith("@");
            if (!named) {
                removeStale(Path.of(unix.path()));
            }
            // The abstract namespace is written with @ and addressed with NUL.
            String path = named ? "\0" + unix.path().substring(1) : unix.path();
            return new Transport(
                    new DomainSocketAddress(path), EpollServerDomainSocketChannel.class, /* shared= */ false);
        }
        if (sharePort && !Epoll.isAvailable()) {
            throw new IOException("a shared port needs Linux with epoll (expected: authz.share-port: false)");
        }
        ListenAddress.Tcp tcp = (ListenAddress.Tcp) listen;
        InetSocketAddress address = new InetSocketAddress(tcp.host(), tcp.port());
        return Epoll.isAvailable()
                ? new Transport(address, EpollServerSocketChannel.class, sharePort)
                : new Transport(address, NioServerSocketChannel.class, false);
    }

    /** Returns event loops for any transport; the caller ends them. */
    static EventLoopGroup loops(int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, /* daemon= */ true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    private static void removeStale(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            return;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException refused) {
            // Nobody listens. A file that is no socket stays, and the bind says so.
            if (!Files.isRegularFile(socket) && !Files.isDirectory(socket)) {
                Files.delete(socket);
            }
        }
    }
}
