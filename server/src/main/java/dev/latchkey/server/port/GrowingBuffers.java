package dev.latchkey.server.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * An allocator of pooled buffers that gives large buffers room to grow. Netty joins the frames of a header block by
 * allocating, for each frame, a buffer of exactly the needed size, and copying all bytes so far: 2 GiB for a block of 8
 * MiB. With capacities that are powers of two, each byte is copied about twice.
 *
 * <p>This class is thread-safe.
 */
final class GrowingBuffers extends PooledByteBufAllocator {
    static final GrowingBuffers INSTANCE = new GrowingBuffers();

    /** Buffers up to this size are unchanged. The buffers of nearly all checks are smaller. */
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
