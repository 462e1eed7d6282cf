package dev.latchkey.server.bounds;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A channel handler in front of gRPC on each connection, which reports to the budget of the event loop how much memory
 * the connection holds. It stops reading from a peer that does not read its responses, and hands a peer whose bytes
 * cost too much CPU time to the {@link SlowLane}.
 *
 * <p>It uses only public API of Netty, and nothing internal to gRPC: it decorates the frame listener of
 * gRPC's HTTP/2 handler.
 *
 * <p>Confined to the event loop of the connection, except where a method says otherwise.
 */
final class ConnectionGuard extends ChannelDuplexHandler {
    /**
     * The memory that a DATA frame holds in addition to its bytes: a frame of one byte retains the whole buffer in
     * which it arrived.
     */
    private static final int FRAME_BYTES = 2048;

    /**
     * The bytes that are read at a time from a suspect connection, so that the cost of a part is known before the next
     * part is read.
     */
    private static final int PART = 1024;

    /** Up to this size, bytes without a complete frame are not counted: they are the start of an ordinary frame. */
    private static final int SMALL_BLOCK = 64 << 10;

    private final ConnectionLimit limit;
    private final long bytesPerLoop;
    private final long patience;
    private volatile @Nullable ChannelHandlerContext context;
    /** Set by {@link #close}, which can come before the connection has its pipeline. */
    private volatile boolean displaced;

    private @Nullable LoopBudget budget;
    private final ReadCost cost;
    /** Buffers that were received and not yet passed on. */
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();

    /** Whether this connection is in the slow lane. */
    private boolean slow;

    /** Whether the current read has completed a frame. */
    private boolean progress;

    /** The bytes since the last complete frame. */
    private long block;

    /** The part of {@link #block} that the budget counts. */
    private long counted;

    private volatile long lastRead = System.nanoTime();
    private volatile int open;

    ConnectionGuard(ConnectionLimit limit, long bytesPerLoop, long patience, ReadCost cost) {
        this.limit = limit;
        this.bytesPerLoop = bytesPerLoop;
        this.patience = patience;
        this.cost = cost;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        if (displaced) {
            close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf buffer)) {
            ctx.fireChannelRead(message);
        } else if (waiting.isEmpty() && !cost.suspect()) {
            pass(ctx, buffer);
        } else {
            waiting.add(buffer);
            passParts(ctx);
        }
    }

    private void passParts(ChannelHandlerContext ctx) {
        while (!slow && !waiting.isEmpty()) {
            ByteBuf first = waiting.getFirst();
            if (first.readableBytes() > PART) {
                pass(ctx, first.readRetainedSlice(PART));
            } else {
                waiting.removeFirst();
                pass(ctx, first);
            }
        }
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf buffer) {
        lastRead = cost.begin();
        LoopBudget mine = budget;
        if (mine == null) {
            mine = LoopBudget.ofThisLoop(bytesPerLoop, patience);
            Http2ConnectionHandler http2 = ctx.pipeline().get(Http2ConnectionHandler.class);
            if (http2 != null) {
                budget = mine;
                attach(http2, mine);
            }
        }
        int bytes = buffer.readableBytes();
        progress = false;
        mine.reading(this);
        ctx.fireChannelRead(buffer);
        block = progress ? 0 : block + bytes;
        long large = block > SMALL_BLOCK ? block : 0;
        if (large != counted) {
            long before = counted;
            counted = large;
            mine.block(this, before, large);
        }
        long nanos = cost.end(bytes);
        if (nanos > 0) {
            slow = true;
            readWhileWanted(ctx);
            mine.slowLane().enter(() -> resume(ctx), nanos, ctx.executor());
        }
    }

    /** The turn of this connection in the slow lane. */
    private void resume(ChannelHandlerContext ctx) {
        slow = false;
        if (!waiting.isEmpty()) {
            passParts(ctx);
            ctx.fireChannelReadComplete();
        }
        readWhileWanted(ctx);
    }

    private void readWhileWanted(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(wanted(ctx));
    }

    private boolean wanted(ChannelHandlerContext ctx) {
        return !slow && ctx.channel().isWritable();
    }

    /**
     * Drops a read request while no data is wanted: Netty's decoder requests a read whenever it has no complete frame,
     * also without auto-read.
     */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (wanted(ctx)) {
            ctx.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readWhileWanted(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        limit.closed(this);
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        ctx.fireChannelInactive();
        LoopBudget mine = budget;
        if (mine != null) {
            if (counted > 0) {
                long before = counted;
                counted = 0;
                mine.block(this, before, 0);
            }
            mine.closed(this);
        }
    }

    /**
     * Closes the connection without a GOAWAY. The close runs later, because this connection might be the one that is
     * being read. Any thread may call this method.
     */
    void close() {
        displaced = true;
        ChannelHandlerContext added = context;
        if (added != null) {
            added.executor().execute(() -> {
                var unused = added.close();
            });
        }
    }

    /** Returns when the peer last sent data, by {@code System.nanoTime}. Any thread may call this method. */
    long lastRead() {
        return lastRead;
    }

    /** Returns whether no stream is open. Any thread may call this method. */
    boolean idle() {
        return open == 0;
    }

    private void attach(Http2ConnectionHandler http2, LoopBudget mine) {
        Http2Connection connection = http2.connection();
        Http2Connection.PropertyKey key = connection.newKey();
        http2.decoder().frameListener(new Frames(http2.decoder().frameListener(), connection, key, mine));
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamActive(Http2Stream stream) {
                open = connection.numActiveStreams();
            }

            @Override
            public void onStreamClosed(Http2Stream stream) {
                open = connection.numActiveStreams();
                OpenStream known = stream.removeProperty(key);
                if (known != null) {
                    mine.remove(known);
                }
            }
        });
    }

    /** A frame listener that sees each frame before gRPC does. */
    private final class Frames extends Http2FrameListenerDecorator {
        private final Http2Connection connection;
        private final Http2Connection.PropertyKey key;
        private final LoopBudget mine;

        Frames(Http2FrameListener grpc, Http2Connection connection, Http2Connection.PropertyKey key, LoopBudget mine) {
            super(grpc);
            this.connection = connection;
            this.key = key;
            this.mine = mine;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            progress = true;
            super.onHeadersRead(ctx, id, headers, dependency, weight, exclusive, padding, end);
            began(id);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            progress = true;
            super.onHeadersRead(ctx, id, headers, padding, end);
            began(id);
        }

        private void began(int id) {
            // gRPC has started the call within onHeadersRead; CallBounds has registered it with the budget.
            OpenStream begun = mine.takeBegun(ConnectionGuard.this);
            Http2Stream stream = connection.stream(id);
            if (stream != null && stream.getProperty(key) == null) {
                stream.setProperty(key, begun);
                mine.add(begun);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            progress = true;
            Http2Stream stream = connection.stream(id);
            OpenStream known = stream == null ? null : stream.getProperty(key);
            // Before gRPC sees the end: a call that is decided on must not be denied as unfinished.
            if (known != null && end) {
                mine.finished(known);
            }
            int bytes = data.readableBytes() + padding;
            int processed = super.onDataRead(ctx, id, data, padding, end);
            if (known != null && !end && known.unfinished()) {
                mine.grow(known, bytes + FRAME_BYTES);
            }
            return processed;
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            progress = true;
            super.onPingRead(ctx, data);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            progress = true;
            super.onSettingsRead(ctx, settings);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) throws Http2Exception {
            progress = true;
            super.onRstStreamRead(ctx, id, code);
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int increment) throws Http2Exception {
            progress = true;
            super.onWindowUpdateRead(ctx, id, increment);
        }

        @Override
        public void onPriorityRead(ChannelHandlerContext ctx, int id, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            progress = true;
            super.onPriorityRead(ctx, id, dependency, weight, exclusive);
        }
    }
}
