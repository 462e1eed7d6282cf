package dev.latchkey.server.bounds;

import org.jspecify.annotations.Nullable;

/** Open streams, the oldest first. Confined to the thread of an event loop. */
final class StreamList {
    private @Nullable OpenStream oldest;
    private @Nullable OpenStream newest;

    void add(OpenStream stream) {
        OpenStream last = newest;
        stream.list = this;
        stream.older = last;
        stream.newer = null;
        if (last == null) {
            oldest = stream;
        } else {
            last.newer = stream;
        }
        newest = stream;
    }

    void remove(OpenStream stream) {
        OpenStream before = stream.older;
        OpenStream after = stream.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        stream.list = null;
    }

    @Nullable
    OpenStream oldest() {
        return oldest;
    }

    /** Returns the oldest, or null if it is the only one. */
    @Nullable
    OpenStream oldestOfSeveral() {
        return oldest == newest ? null : oldest;
    }
}
