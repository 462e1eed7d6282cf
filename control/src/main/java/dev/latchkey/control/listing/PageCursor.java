package dev.latchkey.control.listing;

/**
 * Where a key stands in a list.
 *
 * @param value by which the list is sorted; empty for a key that has none
 * @param id of the key, which decides between those of one value
 */
record PageCursor(String value, String id) {}
