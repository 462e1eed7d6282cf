package dev.latchkey.server.port;

import dev.latchkey.config.value.ListenAddress;
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
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The Netty transport for an address: native epoll if available, otherwise NIO.
 *
 * @param address the address to bind
 * @param channel the channel class, which works with {@link #loops}
 * @param shared whether to set SO_REUSEPORT
 */
public record Transport(SocketAddress address, Class<? extends ServerChannel> channel, boolean shared) {

    /**
     * Returns the transport for {@code listen}. For a Unix socket, the caller must have
     * {@link UnixSocket#claim claimed} the path.
     *
     * @throws IOException if this system does not support a Unix socket or a shared port
     */
    static Transport of(ListenAddress listen, boolean sharePort) throws IOException {
        if (listen instanceof ListenAddress.Unix unix) {
            if (!Epoll.isAvailable()) {
                throw new IOException("Unix sockets need " + missing() + "; or host:port)");
            }
            // A name in the abstract namespace is written with @, and passed to the system with NUL.
            String path = unix.path().startsWith("@") ? "\0" + unix.path().substring(1) : unix.path();
            return new Transport(
                    new DomainSocketAddress(path), EpollServerDomainSocketChannel.class, /* shared= */ false);
        }
        if (sharePort && !Epoll.isAvailable()) {
            throw new IOException("a shared port needs " + missing() + "; or authz.share-port: false)");
        }
        ListenAddress.Tcp tcp = (ListenAddress.Tcp) listen;
        InetSocketAddress address = new InetSocketAddress(tcp.host(), tcp.port());
        return Epoll.isAvailable()
                ? new Transport(address, EpollServerSocketChannel.class, sharePort)
                : new Transport(address, NioServerSocketChannel.class, false);
    }

    /** Returns event loops that work with any transport. The caller shuts them down. */
    public static EventLoopGroup loops(int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, /* daemon= */ true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /**
     * Returns the message part that names what epoll lacks and begins the expectation in parentheses. The caller adds
     * the alternative and closes the parenthesis.
     */
    private static String missing() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "Linux with epoll (expected: Linux";
        }
        String folder = System.getProperty(
                "io.netty.native.workdir", PlatformDependent.tmpdir().getPath());
        return "Netty's native library, which cannot be unpacked into and loaded from " + folder
                + " (expected: a folder that can be written and executed from, given by"
                + " -Dio.netty.native.workdir=FOLDER to the JVM";
    }
}
