package dev.latchkey.index;

import dev.latchkey.key.KeyRecord;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A pool that lets the records of many keys share one instance of equal workspace ids and scope sets. The records then
 * take half the memory, and a check finds the objects that the previous check has used. When the pool is full, further
 * values are not shared.
 *
 * <p>This class is thread-safe.
 */
public final class SharedParts {
    private static final int MAX = 20_000;

    private final Map<String, String> workspaces = new ConcurrentHashMap<>();
    /** Scope sets by their text, since equal sets can differ in order. */
    private final Map<String, Set<String>> scopes = new ConcurrentHashMap<>();

    public KeyRecord share(KeyRecord key) {
        return new KeyRecord(
                key.id(),
                known(workspaces, key.workspace(), key.workspace()),
                key.environment(),
                known(scopes, key.scopeText(), key.scopes()),
                key.state(),
                key.expiresAt(),
                key.rev(),
                key.generation());
    }

    private static <T> T known(Map<String, T> all, String name, T value) {
        T known = all.size() < MAX ? all.putIfAbsent(name, value) : all.get(name);
        return known == null ? value : known;
    }
}
