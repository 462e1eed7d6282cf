package dev.latchkey.server.feed;

import dev.latchkey.index.KeyIndex;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/** Does what another connection does. */
interface ForwardingConnection extends FeedConnection {

    FeedConnection real();

    @Override
    default boolean carriesPushes() {
        return real().carriesPushes();
    }

    @Override
    default void listen(Pushes pushes) {
        real().listen(pushes);
    }

    @Override
    default CompletionStage<Optional<String>> track() {
        return real().track();
    }

    @Override
    default CompletionStage<Status> status() {
        return real().status();
    }

    @Override
    default <T> CompletionStage<T> canaryWrittenAt(LongFunction<T> look) {
        return real().canaryWrittenAt(look);
    }

    @Override
    default KeyIndex records() {
        return real().records();
    }
}
