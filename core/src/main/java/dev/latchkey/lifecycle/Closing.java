package dev.latchkey.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was made, the latest first, all of it, whatever fails on the way. Not thread-safe. */
public final class Closing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    /** Takes charge of {@code resource}, and returns it. */
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
