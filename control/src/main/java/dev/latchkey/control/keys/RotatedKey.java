package dev.latchkey.control.keys;

import dev.latchkey.control.directory.KeyView;

/**
 * The result of a rotation.
 *
 * @param created the new key
 * @param old the replaced key in its current state
 */
public record RotatedKey(CreatedKey created, KeyView old) {}
