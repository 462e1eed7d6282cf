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
 * Stands before gRPC on each connection and tells the budget of the event loop what the connection makes the process hold. It reads
 * no more from a peer that does not read its answers, and leaves a peer whose bytes cost too much to the {@link SlowLane}.
 *
 * <p>What is public of Netty is used for that, and nothing of gRPC's own: the frame listener of its handler is decorated.
 */
final class ConnectionGuard extends ChannelDuplexHandler {
    /** Kept by a DATA frame beside its bytes: one of a single byte holds the whole buffer that it came in. */
    private static final int FRAME_BYTES = 2048;

    /** Of a connection that may cost too much, so much is read at a time: the cost of one part is known before the next. */
    private static final int PART = 1024;

    /** Below this what has no frame yet is not counted: the beginning of an ordinary one. */
    private static final int SMALL_BLOCK = 64 << 10;

    private final ConnectionLimit limit;
    private final long bytesPerLoop;
    private final long patience;
    private @Nullable ChannelHandlerContext context;
    private @Nullable LoopBudget budget;
    private final ReadCost cost;
    /** Received, and not read yet. */
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();

    /** In the slow lane. */
    private boolean slow;

    private boolean progress;

    /** Bytes since the last frame that was whole. */
    private long block;

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
            mine.slowLane().enter(this, nanos, ctx.executor());
        }
    }

    /** The slow lane gives this connection its turn. */
    void resume() {
        slow = false;
        ChannelHandlerContext added = context;
        if (added != null && !waiting.isEmpty()) {
            passParts(added);
            added.fireChannelReadComplete();
        }
        if (added != null) {
            readWhileWanted(added);
        }
    }

    private void readWhileWanted(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(wanted(ctx));
    }

    private boolean wanted(ChannelHandlerContext ctx) {
        return !slow && ctx.channel().isWritable();
    }

    /** Netty's decoder asks for more while it has no whole frame, also where nothing is to be read of itself. */
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

    /** Closes the connection without a GOAWAY, soon: it may be this one that is read. Any thread may call this. */
    void close() {
        ChannelHandlerContext added = context;
        if (added != null) {
            added.executor().execute(() -> {
                var unused = added.close();
            });
        }
    }

    /** Returns when the peer last sent something, by {@code System.nanoTime}. */
    long lastRead() {
        return lastRead;
    }

    /** Tells whether no stream is open. */
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

    /** Sees each frame before gRPC does. */
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
