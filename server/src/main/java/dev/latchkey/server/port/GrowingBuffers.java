package dev.latchkey.server.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * An allocator of pooled buffers that gives large ones room to grow. Netty joins the frames of a header block by asking, for each
 * frame, for a buffer that is just large enough, and copies all it has so far: of a block of 8 MiB, 2 GiB. With a power of two each
 * byte is copied about twice.
 *
 * <p>This class is thread-safe.
 */
final class GrowingBuffers extends PooledByteBufAllocator {
    static final GrowingBuffers INSTANCE = new GrowingBuffers();

    /** Below this nothing changes: so are the buffers of nearly all checks. */
    private static final int LARGE = 64 << 10;

    private GrowingBuffers() {
        super(
                /* preferDirect= */ true,
                defaultNumHeapArena(),
                defaultNumDirectArena(),
                defaultPageSize(),
                defaultMaxOrder(),
                defaultSmallCacheSize(),
                defaultNormalCacheSize(),
                defaultUseCacheForAllThreads());
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return super.newDirectBuffer(roomy(initialCapacity, maxCapacity), maxCapacity);
    }

    private static int roomy(int capacity, int max) {
        return capacity <= LARGE || capacity > 1 << 30
                ? capacity
                : Math.min(max, Integer.highestOneBit(capacity - 1) << 1);
    }
}
