package dev.latchkey.index;

import dev.latchkey.key.KeyRecord;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets the records of many keys hold the same workspace and the same scopes as one object, not as equal ones: they take half the
 * memory, and a check finds what the check before has used. What is one too many stays as it is.
 *
 * <p>This class is thread-safe.
 */
public final class SharedParts {
    private static final int MAX = 20_000;

    private final Map<String, String> workspaces = new ConcurrentHashMap<>();
    /** By their text, since equal sets may be in another order. */
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
