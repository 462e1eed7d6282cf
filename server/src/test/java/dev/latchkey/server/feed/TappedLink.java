package dev.latchkey.server.feed;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A link to which something happens in passing. */
public record TappedLink(FeedLink real, Hooks hooks) implements FeedLink {

    /**
     * What happens.
     *
     * @param beforeTracking before pushes are asked for
     * @param afterChange once the feed has dealt with a push, with the name in it
     */
    record Hooks(Runnable beforeTracking, Consumer<String> afterChange) {}

    public static TappedLink afterChange(FeedLink real, Consumer<String> hook) {
        return new TappedLink(real, new Hooks(() -> {}, hook));
    }

    static TappedLink beforeTracking(FeedLink real, Runnable hook) {
        return new TappedLink(real, new Hooks(hook, name -> {}));
    }

    @Override
    public void watch(Watcher watcher) {
        real.watch(new Watcher() {
            @Override
            public void connected(FeedConnection connection) {
                watcher.connected(new Tapped(connection, hooks));
            }

            @Override
            public void lost(FeedConnection connection) {
                watcher.lost(new Tapped(connection, hooks));
            }
        });
    }

    @Override
    public void start() {
        real.start();
    }

    @Override
    public void redial(FeedConnection unwanted, String reason) {
        real.redial(((Tapped) unwanted).real, reason);
    }

    @Override
    public Optional<String> problem() {
        return real.problem();
    }

    private record Tapped(FeedConnection real, Hooks hooks) implements ForwardingConnection {

        @Override
        public CompletionStage<Optional<String>> track() {
            hooks.beforeTracking.run();
            return real.track();
        }

        @Override
        public void listen(Pushes pushes) {
            real.listen(new Pushes() {
                @Override
                public void changed(String name) {
                    pushes.changed(name);
                    hooks.afterChange.accept(name);
                }

                @Override
                public void flushed() {
                    pushes.flushed();
                }

                @Override
                public void failed(Throwable failure) {
                    pushes.failed(failure);
                }
            });
        }
    }
}
