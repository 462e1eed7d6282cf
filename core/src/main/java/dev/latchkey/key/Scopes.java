package dev.latchkey.key;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scopes of a key, in the order in which they were written. They are stored in a plain array: for a few scopes, an
 * array is faster to search than a hash table and takes a tenth of the memory.
 *
 * <p>This class is immutable and thread-safe.
 */
final class Scopes extends AbstractSet<String> {
    private final String[] names;
    private final String text;

    private Scopes(String[] names) {
        this.names = names;
        this.text = String.join(" ", names);
    }

    static Scopes of(Collection<String> scopes) {
        return scopes instanceof Scopes same ? same : new Scopes(new LinkedHashSet<>(scopes).toArray(String[]::new));
    }

    /** Returns the scopes joined by one space. */
    String text() {
        return text;
    }

    @Override
    public boolean contains(@Nullable Object scope) {
        for (String name : names) {
            if (name.equals(scope)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int size() {
        return names.length;
    }

    @Override
    public Iterator<String> iterator() {
        return List.of(names).iterator();
    }
}
