package dev.latchkey.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stack of resources that closes all of them in the reverse order of their registration. A resource that fails to
 * close is logged and does not stop the others.
 *
 * <p>This class is not thread-safe.
 */
public final class Closing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    /** Registers {@code resource} for closing and returns it. */
    public <T extends AutoCloseable> T add(T resource) {
        made.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            AutoCloseable resource = made.pop();
            try {
                resource.close();
            } catch (Exception e) {
                log.warn("{} did not close", resource.getClass().getSimpleName(), e);
            }
        }
    }
}
