package dev.latchkey.control.listing;

/**
 * The position of a key in a list.
 *
 * @param value the value that the list is sorted by; empty for a key that has none
 * @param id the id of the key, which breaks ties between equal values
 */
record PageCursor(String value, String id) {}
