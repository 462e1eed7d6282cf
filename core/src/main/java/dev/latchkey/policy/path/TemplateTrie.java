package dev.latchkey.policy.path;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A trie that maps templates to values and finds the value of the most specific template that matches a whole path. A
 * search visits each node at most once and examines only segments that a template names, so its cost depends on the
 * size of the trie and not on the length of the path.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class TemplateTrie<T> {
    private final Node<T> plain = new Node<>();
    private final Node<T> slashed = new Node<>();

    public TemplateTrie(SortedMap<PathTemplate, T> templates) {
        templates.forEach(this::add);
    }

    /** Returns the value of the most specific template that matches, or null if no template matches. */
    @Nullable
    public T find(String[] path, boolean trailingSlash) {
        return find(trailingSlash ? slashed : plain, path, 0);
    }

    /**
     * Searches depth first and takes the more specific branch first, so that the first match is the most specific one.
     */
    private static <T> @Nullable T find(Node<T> node, String[] path, int depth) {
        if (depth == path.length) {
            return node.value;
        }
        Node<T> exact = node.exact.get(path[depth]);
        T found = exact == null ? null : find(exact, path, depth + 1);
        if (found == null && node.name != null) {
            found = find(node.name, path, depth + 1);
        }
        for (int i = 0; found == null && i < node.tails.size(); i++) {
            Tail<T> tail = node.tails.get(i);
            found = tail.matches(path, depth) ? tail.value : null;
        }
        return found;
    }

    private void add(PathTemplate template, T value) {
        List<PathTemplate.Segment> segments = template.segments();
        int rest = template.restIndex();
        Node<T> node = template.trailingSlash() ? slashed : plain;
        for (PathTemplate.Segment segment : rest < 0 ? segments : segments.subList(0, rest)) {
            node = node.child(segment);
        }
        if (rest < 0) {
            node.value = value;
        } else {
            node.tails.add(new Tail<>(segments.subList(rest + 1, segments.size()), value));
        }
    }

    /** A node of the trie. Its depth is the number of segments that have been matched. */
    private static final class Node<T> {
        private final Map<String, Node<T>> exact = new HashMap<>();
        private @Nullable Node<T> name;
        /**
         * The templates that continue with {@code **}, most specific first. They are added in this order because the
         * constructor receives a sorted map.
         */
        private final List<Tail<T>> tails = new ArrayList<>();

        private @Nullable T value;

        Node<T> child(PathTemplate.Segment segment) {
            if (segment.kind() == PathTemplate.Kind.EXACT) {
                return exact.computeIfAbsent(segment.text(), text -> new Node<>());
            }
            Node<T> child = name == null ? new Node<>() : name;
            name = child;
            return child;
        }
    }

    /**
     * The segments of a template after {@code **}. They match the same number of segments at the end of the path,
     * because a template has at most one {@code **}.
     */
    private record Tail<T>(List<PathTemplate.Segment> segments, T value) {

        /**
         * Returns whether the path ends with these segments and at least one segment from {@code depth} on is
         * left for {@code **}.
         */
        boolean matches(String[] path, int depth) {
            int start = path.length - segments.size();
            if (start <= depth) {
                return false;
            }
            for (int i = 0; i < segments.size(); i++) {
                PathTemplate.Segment segment = segments.get(i);
                if (segment.kind() == PathTemplate.Kind.EXACT && !segment.text().equals(path[start + i])) {
                    return false;
                }
            }
            return true;
        }
    }
}
