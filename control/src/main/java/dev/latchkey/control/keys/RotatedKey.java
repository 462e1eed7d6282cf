package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyView;

/**
 * A key that has taken another's place.
 *
 * @param old the other one, as it is now
 */
public record RotatedKey(CreatedKey created, KeyView old) {}
