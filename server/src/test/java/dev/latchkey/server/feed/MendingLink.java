package dev.latchkey.server.feed;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A link that mends itself and tells nobody: it connects anew, has changes pushed again, and goes on as if nothing had
 * been. So do clients with reconnection built in, and no epoch ends.
 */
final class MendingLink implements FeedLink {
    private final FeedLink real;
    private volatile @Nullable Mended mended;
    private final AtomicInteger mends = new AtomicInteger();

    MendingLink(FeedLink real) {
        this.real = real;
    }

    /** Returns how often a new connection has taken the place of another. */
    int mends() {
        return mends.get();
    }

    @Override
    public void watch(Watcher watcher) {
        real.watch(new Watcher() {
            @Override
            public void connected(FeedConnection connection) {
                Mended first = mended;
                if (first == null) {
                    mended = new Mended(connection);
                    watcher.connected(mended);
                } else {
                    var unused = first.replace(connection).thenRun(mends::incrementAndGet);
                }
            }

            @Override
            public void lost(FeedConnection connection) {}
        });
    }

    @Override
    public void start() {
        real.start();
    }

    @Override
    public void redial(FeedConnection unwanted, String reason) {
        real.redial(((Mended) unwanted).real, reason);
    }

    @Override
    public Optional<String> problem() {
        return real.problem();
    }

    private static final class Mended implements ForwardingConnection {
        private volatile FeedConnection real;
        private volatile @Nullable Pushes pushes;

        Mended(FeedConnection real) {
            this.real = real;
        }

        CompletionStage<Optional<String>> replace(FeedConnection next) {
            Pushes shown = pushes;
            if (shown != null) {
                next.listen(shown);
            }
            real = next;
            return next.track();
        }

        @Override
        public FeedConnection real() {
            return real;
        }

        @Override
        public void listen(Pushes shown) {
            pushes = shown;
            real.listen(shown);
        }
    }
}
