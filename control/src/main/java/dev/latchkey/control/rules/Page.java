package dev.latchkey.control.rules;

import java.util.List;

/**
 * One page of a list.
 *
 * @param items the items; can be fewer than requested, even none, although there is a next page
 * @param nextToken the token of the next page; empty for the last page
 */
public record Page<T>(List<T> items, String nextToken) {
    public Page {
        items = List.copyOf(items);
    }
}
