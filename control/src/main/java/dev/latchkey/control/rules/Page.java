package dev.latchkey.control.rules;

import java.util.List;

/**
 * A part of a list.
 *
 * @param items may be fewer than were asked for, also none, although there is a next page
 * @param nextToken empty if this was the last page
 */
public record Page<T>(List<T> items, String nextToken) {
    public Page {
        items = List.copyOf(items);
    }
}
