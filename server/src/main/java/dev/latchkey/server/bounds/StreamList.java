package dev.latchkey.server.bounds;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list of open streams, the oldest first. The links are fields of {@link OpenStream}; a stream is in at
 * most one list. Confined to the thread of an event loop.
 */
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

    /** Returns the oldest stream, or null if there are fewer than two. */
    @Nullable
    OpenStream oldestOfSeveral() {
        return oldest == newest ? null : oldest;
    }
}
