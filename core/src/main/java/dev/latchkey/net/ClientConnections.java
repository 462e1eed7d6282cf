package dev.latchkey.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a port's clients, limited in total and for each client address. A connection beyond a limit
 * displaces the connection that has been without a call for the longest time. A client that opens connections and sends
 * nothing or half a request, or does not read the response, therefore loses its own connections and locks nobody out. A
 * connection with a call in flight is never displaced; if every connection has one, the new connection is closed.
 *
 * <p>All addresses of an IPv6 /64 network count as one client address. This class is thread-safe.
 */
public final class ClientConnections {
    private static final int IPV6_NETWORK_BYTES = 8;

    private final int max;
    private final int maxPerAddress;
    /** In the order of the last activity (opened, or a call begun or ended), the least recent first. */
    private final Map<Ends, Entry> entries = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    private final Map<List<Byte>, Integer> perAddress = new HashMap<>();
    private long displaced;

    /**
     * @param max the limit for the connections of all clients
     * @param maxPerAddress the limit for the connections of one client address
     */
    public ClientConnections(int max, int maxPerAddress) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
    }

    /**
     * Returns a handler for one new connection. It must be added at the start of the pipeline, before the
     * channel becomes active.
     */
    public ChannelHandler newHandler() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) throws Exception {
                Channel channel = context.channel();
                Ends ends = new Ends(channel.remoteAddress(), channel.localAddress());
                channel.closeFuture().addListener(closed -> remove(ends, channel));
                List<Channel> over = add(ends, channel);
                for (Channel displaced : over) {
                    var unused = displaced.close();
                }
                if (!over.contains(channel)) {
                    super.channelActive(context);
                }
            }
        };
    }

    /** Returns a call whose request has arrived completely on the connection between these addresses. */
    public Call begin(SocketAddress remote, SocketAddress local) {
        return new Call(new Ends(remote, local));
    }

    /**
     * Returns the number of connections that were closed because of a limit: displaced ones, and new ones that
     * displaced no other.
     */
    public synchronized long displaced() {
        return displaced;
    }

    /**
     * Adds a connection and returns the connections to close: for each limit that is exceeded, the least recently
     * active one without a call in flight, which can be the new one.
     */
    private synchronized List<Channel> add(Ends ends, Channel channel) {
        Entry entry = new Entry(channel, network(ends.remote));
        entries.put(ends, entry);
        perAddress.merge(entry.network, 1, Integer::sum);
        List<Channel> over = new ArrayList<>();
        if (perAddress.getOrDefault(entry.network, 0) > maxPerAddress) {
            over.add(displace(entry.network));
        }
        if (entries.size() > max) {
            over.add(displace(null));
        }
        return over;
    }

    /**
     * Removes and returns the least recently active connection without a call in flight; the last candidate is the
     * new connection itself.
     *
     * @param network the client network to search; null for all
     */
    private Channel displace(@Nullable List<Byte> network) {
        for (Map.Entry<Ends, Entry> candidate : entries.entrySet()) {
            Entry entry = candidate.getValue();
            if (entry.calls == 0 && (network == null || entry.network.equals(network))) {
                entries.remove(candidate.getKey());
                leave(entry);
                displaced++;
                return entry.channel;
            }
        }
        throw new IllegalStateException("the new connection has no call");
    }

    private synchronized void remove(Ends ends, Channel channel) {
        Entry entry = entries.get(ends);
        // A new connection can have the same addresses before the close of the old one is reported.
        if (entry != null && entry.channel == channel) {
            entries.remove(ends);
            leave(entry);
        }
    }

    private void leave(Entry entry) {
        perAddress.computeIfPresent(entry.network, (network, count) -> count == 1 ? null : count - 1);
    }

    private synchronized void count(Ends ends, int calls) {
        Entry entry = entries.get(ends);
        if (entry != null) {
            entry.calls += calls;
        }
    }

    private static List<Byte> network(SocketAddress remote) {
        InetAddress address = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
        byte[] bytes = address == null ? new byte[0] : address.getAddress();
        List<Byte> network = new ArrayList<>();
        for (byte b : bytes.length > IPV6_NETWORK_BYTES ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes) {
            network.add(b);
        }
        return List.copyOf(network);
    }

    /**
     * A call in flight, from the end of its request to the start of its response.
     *
     * <p>This class is thread-safe.
     */
    public final class Call {
        private final Ends ends;
        private boolean ended;

        private Call(Ends ends) {
            this.ends = ends;
            count(ends, 1);
        }

        /** Ends the call, because its response begins. Later calls of this method have no effect. */
        public void end() {
            synchronized (ClientConnections.this) {
                if (!ended) {
                    ended = true;
                    count(ends, -1);
                }
            }
        }
    }

    private record Ends(SocketAddress remote, SocketAddress local) {}

    private static final class Entry {
        private final Channel channel;
        private final List<Byte> network;
        private int calls;

        private Entry(Channel channel, List<Byte> network) {
            this.channel = channel;
            this.network = network;
        }
    }
}
